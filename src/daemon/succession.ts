import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { becomeProgram } from '../base/become-program.ts';
import type { Log } from '../base/log.ts';

/*
 * How a daemon in the foreground is replaced. Somebody watches its process, a person or a
 * service manager, so that another process cannot take its place: `zmx upgrade-daemon` of the
 * new version names its program in a file of the daemon's private folder and sends a signal,
 * and the daemon, once it has ended as at SIGTERM, becomes that program by exec.
 */

/** The first version that heeds the signal; an older one would die of it. */
export const SUCCESSION_SINCE = '0.2.0';

const SIGNAL = 'SIGUSR2';
const FILE = 'zmxd.successor';
/** EX_TEMPFAIL of sysexits.h: whoever started this daemon is to start it again. */
const START_AGAIN = 75;

const absolute = v.pipe(v.string(), v.startsWith('/'));
const schema = v.object({ program: absolute, entry: absolute });

export interface Successor {
  /** Path of the node that runs it. */
  readonly program: string;
  /** Path of the new version's zmxd. */
  readonly entry: string;
}

/**
 * Asks the daemon of this process, which runs in the foreground, to become that program.
 * @param runtime its private folder for sockets. @throws Error where the folder or the process has gone
 */
export function askToBecome(pid: number, runtime: string, successor: Successor): void {
  writeFileAtomic(join(runtime, FILE), [JSON.stringify(successor)]);
  process.kill(pid, SIGNAL);
}

/** Whether the program that was asked for last has begun. */
export function hasBegun(runtime: string): boolean {
  return !existsSync(join(runtime, FILE));
}

/** The daemon's side: it listens for the signal from the beginning on. */
export class Succession {
  /** Resolves when this daemon is to end for its successor. */
  readonly wanted: Promise<void>;
  readonly #log: Log;
  #successor: Successor | undefined;

  constructor(runtime: string, log: Log) {
    this.#log = log;
    const path = join(runtime, FILE);
    rmSync(path, { force: true }); // it tells that this program has begun
    this.wanted = new Promise((resolve) => {
      process.on(SIGNAL, () => {
        try {
          this.#successor = v.parse(schema, JSON.parse(readFileSync(path, 'utf8')));
          resolve();
        } catch (error) {
          log(`${SIGNAL} without a program to become: ${(error as Error).message}`);
        }
      });
    });
  }

  /** The process is to end. */
  cancel(): void {
    this.#successor = undefined;
  }

  /** Once the daemon has ended: goes on as its successor, which does not return; returns where there is none. */
  take(): void {
    if (!this.#successor) return;
    const { program, entry } = this.#successor;
    const words = process.argv.slice(2).filter((word) => word !== '--replace');
    try {
      becomeProgram([program, ...process.execArgv, entry, ...words, '--replace']);
    } catch (error) {
      this.#log(`cannot become ${entry}: ${(error as Error).message}`);
      process.exit(START_AGAIN);
    }
  }
}
