import { randomUUID } from 'node:crypto';
import { CommandError, type RestoreWish } from '../../commands/context.ts';
import { addMissing } from '../../model/kept-snapshot.ts';
import type { Pane } from '../../model/pane.ts';
import type { Server } from '../../model/server.ts';
import { restore } from '../../model/snapshot.ts';
import { describeSessions, listSnapshots } from './describe-restore.ts';
import type { KeptSnapshot, SnapshotFolder } from './snapshot-folder.ts';

export interface RestoreParts {
  readonly server: Server;
  readonly snapshots: SnapshotFolder;
  /** Gives panes of the model their shells. */
  restorePanes(panes: readonly Pane[], oldHome: string): Promise<void>;
}

/** The command `restore`, in a daemon that runs: adds what is missing, and touches nothing that is there. */
export class RestoreService {
  readonly #parts: RestoreParts;

  constructor(parts: RestoreParts) {
    this.#parts = parts;
  }

  /** Returns the lines to be printed. @throws CommandError */
  async run({ kind, from }: RestoreWish): Promise<readonly string[]> {
    const { server, snapshots } = this.#parts;
    if (kind === 'list') return listSnapshots(snapshots);
    const kept = chooseSnapshot(snapshots, from);
    if (kind === 'carry-out') return this.#carryOut(kept);
    const scratch = restore(kept.model, server.facts);
    for (const pane of scratch.panes.values()) pane.shellState = server.paneByUuid(pane.uuid)?.shellState;
    return describeSessions(scratch, kept, (name) => server.session(name) !== undefined);
  }

  async #carryOut(kept: KeptSnapshot): Promise<readonly string[]> {
    const added = addMissing(this.#parts.server, kept.model, randomUUID);
    await this.#parts.restorePanes(added.panes, kept.origin.home);
    return [
      ...added.sessions.map((name) => `${name}: restored`),
      ...added.present.map((name) => `${name}: there is a session of this name, which was left alone`),
    ];
  }
}

/** The snapshot with this number in the list, 1 the newest. @throws CommandError */
export function chooseSnapshot(snapshots: SnapshotFolder, number: number): KeptSnapshot {
  const all = snapshots.list();
  const kept = all[number - 1];
  if (kept) return kept;
  throw new CommandError(
    all.length === 0
      ? 'there is no snapshot of any session'
      : `there is no snapshot ${number}: see zmx restore --list`,
  );
}
