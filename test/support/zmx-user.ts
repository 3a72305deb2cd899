import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Disposable } from '../../src/base/disposable.ts';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from './eventually.ts';
import { makeTempHome, type TempHome } from './temp-home.ts';
import { TerminalDriver } from './terminal-driver.ts';

/** A command of a loaded machine may take long; one that takes this long hangs. */
const COMMAND_TIMEOUT_MS = 60_000;
const ZMX = entryPath('cli/zmx');

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Somebody with a zmx of their own: folders that nobody else uses, the real command
 * line, real daemons and holders, all of which are gone after `dispose`.
 */
export class ZmxUser implements Disposable {
  readonly temp: TempHome = makeTempHome();
  readonly env: Record<string, string>;
  readonly #terminals: TerminalDriver[] = [];
  readonly #mounts: string[] = [];

  constructor(env: Record<string, string> = {}) {
    this.env = { ...this.temp.env, ...env };
  }

  /** Runs `zmx ARGS`, whatever its exit status. */
  run(...args: string[]): Promise<CommandOutcome> {
    return this.runWith(ZMX, ...args);
  }

  /** As `run`, with another build of the command. */
  async runWith(zmx: string, ...args: string[]): Promise<CommandOutcome> {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [zmx, ...args], {
        env: this.env,
        cwd: this.temp.home,
        timeout: COMMAND_TIMEOUT_MS,
        maxBuffer: 256 * 1024 * 1024,
      });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
      if (typeof code !== 'number') throw error;
      return { code, out: stdout, err: stderr };
    }
  }

  /** As `run`, and the command must succeed; returns its output without the last line end. */
  async ok(...args: string[]): Promise<string> {
    const { code, out, err } = await this.run(...args);
    if (code !== 0) throw new Error(`zmx ${args.join(' ')}: status ${code}: ${err}${out}`);
    return out.replace(/\n$/, '');
  }

  /** `zmx ARGS` in a terminal of its own. */
  open(args: readonly string[], size: { cols?: number; rows?: number } = {}): TerminalDriver {
    return this.openWith(ZMX, args, size);
  }

  /** As `open`, with another build of the command. */
  openWith(
    zmx: string,
    args: readonly string[],
    size: { cols?: number; rows?: number } = {},
  ): TerminalDriver {
    const terminal = new TerminalDriver(process.execPath, [zmx, ...args], {
      env: this.env,
      cwd: this.temp.home,
      cols: size.cols ?? 80,
      rows: size.rows ?? 24,
    });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** Puts a small file system over a folder of this user's, which takes root; it goes with the user. */
  mountSmall(folder: string, megabytes: number): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'none', folder]);
    this.#mounts.push(folder);
  }

  /** Process id of the daemon, from its lock file. @throws while it has not written its number. */
  daemonPid(name = 'default'): number {
    const pid = Number(readFileSync(`${this.temp.folders.runtime}/${name}/zmxd.lock`, 'utf8'));
    // 0 to kill(2) means the caller's own process group
    if (!(pid > 0)) throw new Error('the daemon is between two lives');
    return pid;
  }

  /** Ends everything that was started, and waits until it has gone. */
  async close(): Promise<void> {
    for (const terminal of this.#terminals) terminal.dispose();
    await this.run('kill-server');
    await eventually(() => this.#assertNothingRuns()).catch((error: unknown) => {
      for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
      throw error;
    });
    this.#removeFolders();
  }

  dispose(): void {
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    this.#removeFolders();
  }

  #removeFolders(): void {
    for (const folder of this.#mounts.splice(0)) spawnSync('umount', ['-l', folder]);
    this.temp.dispose();
  }

  /** @throws with what still runs, and in which system call it sleeps. */
  #assertNothingRuns(): true {
    const left = this.processes();
    if (left.length === 0) return true;
    const lines = spawnSync('ps', ['-o', 'pid=,ppid=,stat=,etime=,wchan:20=,args=', '-p', left.join()], {
      encoding: 'utf8',
    });
    throw new Error(`still running:\n${lines.stdout}`);
  }

  /** Every process whose environment has this user's folders: daemons, holders, clients, panes. */
  processes(): number[] {
    const mark = `ZMX_RUNTIME_DIR=${this.temp.folders.runtime}`;
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && hasMark(pid, mark));
  }
}

function hasMark(pid: number, mark: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/exe`) === '') return false;
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
  } catch {
    return false; // it has ended, or is not ours
  }
}
