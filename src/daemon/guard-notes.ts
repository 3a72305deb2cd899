import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { bootId } from '../base/boot-id.ts';
import { processStat } from '../base/proc.ts';

const text = v.string();
const NOTE = v.object({
  pid: v.number(),
  /** When the process began, see ProcessStat. */
  started: v.number(),
  boot: text,
  guarded: v.object({
    portal: text,
    host: text,
    namespace: text,
    folders: v.array(text),
    mountPoints: v.array(text),
    unreached: v.optional(v.boolean()),
  }),
});

export type Guarded = v.InferOutput<typeof NOTE>['guarded'];

/**
 * What the guardian has to tidy up, one file per portal. The holder knows it too, and
 * tells when; these are for the day that the holder is lost with its daemon.
 */
export class GuardNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  keep(pid: number, guarded: Guarded): void {
    const note = { pid, started: processStat(pid)?.started ?? 0, boot: bootId(), guarded };
    writeFileAtomic(this.#path(guarded.portal), [JSON.stringify(note)]);
  }

  drop(portal: string): void {
    rmSync(this.#path(portal), { force: true });
  }

  /** All that were kept; `pid` is undefined for a process that has ended. */
  read(): { readonly pid: number | undefined; readonly guarded: Guarded }[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      try {
        const { pid, started, boot, guarded } = v.parse(NOTE, JSON.parse(readFileSync(path, 'utf8')));
        const lives = boot === bootId() && processStat(pid)?.started === started;
        return [{ pid: lives ? pid : undefined, guarded }];
      } catch {
        rmSync(path, { force: true }); // cut short by a full disk or a power cut
        return [];
      }
    });
  }

  #path(portal: string): string {
    return join(this.#folder, `${encodeURIComponent(portal)}.json`);
  }
}
