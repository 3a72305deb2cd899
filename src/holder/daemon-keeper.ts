import { spawn } from 'node:child_process';
import type { Log } from '../base/log.ts';
import { nativePath } from '../base/package-root.ts';
import { runChildArguments } from './child.ts';
import { resolveProgram } from './resolve-program.ts';

/** How to start the daemon, as it said itself. */
export interface Recipe {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Waits before the next start: at once after a crash, slower for one that cannot even start. */
const DELAYS_MS = [0, 100, 250, 500, 1000, 2000, 4000];

/** A daemon that was linked this long is well: the next start is at once. */
const WELL_AFTER_MS = 10_000;

/**
 * What the death of a daemon that was linked counts against that of one that never was:
 * somebody kills it, or it crashes on what it met, and its clients are to be back within
 * 2 s; only a long row of such deaths slows it down.
 */
const LINKED_DEATH_WEIGHT = 0.05;

/** Starts the daemon again when its life line breaks, until it says that it ends on purpose. */
export class DaemonKeeper {
  readonly #log: Log;
  #recipe: Recipe | undefined;
  #linkedAt: number | undefined;
  /** Daemons that were linked so far. */
  #links = 0;
  /** Deaths in a row, weighted; an index of DELAYS_MS. */
  #deaths = 0;
  #waiting: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Says how; this also takes back a `stop`. */
  set(recipe: Recipe): void {
    this.#recipe = recipe;
  }

  linked(): void {
    clearTimeout(this.#waiting);
    this.#linkedAt = performance.now();
    this.#links++;
  }

  linkBroke(): void {
    const life = performance.now() - (this.#linkedAt ?? 0);
    this.#linkedAt = undefined;
    if (life >= WELL_AFTER_MS) this.#deaths = 0;
    this.#schedule(LINKED_DEATH_WEIGHT);
  }

  /** The daemon ends on purpose. */
  stop(): void {
    clearTimeout(this.#waiting);
    this.#recipe = undefined;
    this.#linkedAt = undefined;
  }

  #schedule(weight: number): void {
    if (!this.#recipe) return;
    const delay = DELAYS_MS[Math.min(Math.floor(this.#deaths), DELAYS_MS.length - 1)] ?? 0;
    this.#deaths += weight;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#start(), delay);
    this.#log(`the daemon's link broke; starting it again in ${delay} ms`);
  }

  #start(): void {
    if (!this.#recipe || this.#linkedAt !== undefined) return;
    const { argv, cwd: wanted, env } = this.#recipe;
    const [program = '', ...args] = argv;
    let file: string;
    let cwd = wanted;
    try {
      try {
        file = resolveProgram(program, cwd, env);
      } catch {
        // its folder may have been removed since
        cwd = '/';
        file = resolveProgram(program, cwd, env);
      }
    } catch (error) {
      this.#log(`the daemon cannot be started: ${(error as Error).message}`);
      this.#schedule(1);
      return;
    }
    const child = runChildArguments({ file, args, arg0: program, cwd, env });
    const daemon = spawn(nativePath('run-child'), child, {
      cwd: '/',
      env,
      detached: true,
      stdio: 'ignore',
    });
    const linksBefore = this.#links;
    const failed = (what: string) => {
      this.#log(`the daemon (pid ${daemon.pid}) ${what}`);
      // One that was linked is told of by its link, which may break before or after this.
      if (this.#links === linksBefore) this.#schedule(1);
    };
    daemon.on('error', (error) => failed(`could not be started: ${error.message}`));
    daemon.on('exit', (code, signal) => failed(`ended with ${signal ?? `status ${code}`}`));
  }
}
