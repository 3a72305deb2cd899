import { closeSync } from 'node:fs';
import type { Disposable } from '../base/disposable.ts';
import { native } from '../base/native.ts';

/** A daemon that was told and has not answered with `unguard` is told again. */
const REPEAT_MS = 5000;

interface Guard {
  readonly note: string;
  gone: boolean;
  stop(): void;
}

/**
 * Watches processes that are not our children (a portal), by pidfd: exact whatever
 * becomes of the pid, and nothing runs while nothing happens.
 */
export class Guards implements Disposable {
  readonly #guards = new Map<string, Guard>();
  readonly #tell: (key: string, note: string) => void;
  #repeating: NodeJS.Timeout | undefined;

  /** `tell` is called when a process has gone, and again until it is no longer guarded. */
  constructor(tell: (key: string, note: string) => void) {
    this.#tell = tell;
  }

  /** Begins a watch; a key that is watched already keeps its process. @throws where pidfds do not work. */
  add(key: string, pid: number, note: string): void {
    if (this.#guards.has(key)) return;
    let fd: number;
    try {
      fd = native().pidfdOpen(pid);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      this.#guards.set(key, { note, gone: true, stop: () => {} });
      this.#gone(key, note);
      return;
    }
    let watching = true;
    const ignore = native().onReadable(fd, () => {
      guard.stop();
      guard.gone = true;
      this.#gone(key, note);
    });
    const guard: Guard = {
      note,
      gone: false,
      stop: () => {
        if (!watching) return;
        watching = false;
        ignore();
        closeSync(fd);
      },
    };
    this.#guards.set(key, guard);
  }

  remove(key: string): void {
    this.#guards.get(key)?.stop();
    this.#guards.delete(key);
    if (![...this.#guards.values()].some((guard) => guard.gone)) this.#stopRepeating();
  }

  describe(): Record<string, { note: string; gone: boolean }> {
    return Object.fromEntries([...this.#guards].map(([key, { note, gone }]) => [key, { note, gone }]));
  }

  dispose(): void {
    for (const guard of this.#guards.values()) guard.stop();
    this.#guards.clear();
    this.#stopRepeating();
  }

  #gone(key: string, note: string): void {
    this.#tell(key, note);
    this.#repeating ??= setInterval(() => {
      for (const [goneKey, guard] of this.#guards) if (guard.gone) this.#tell(goneKey, guard.note);
    }, REPEAT_MS);
  }

  #stopRepeating(): void {
    clearInterval(this.#repeating);
    this.#repeating = undefined;
  }
}
