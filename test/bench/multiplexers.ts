import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryPath } from '../../src/base/package-root.ts';
import { BenchTerminal } from './bench-terminal.ts';

export const COLS = 120;
export const ROWS = 40;

/** Lines of history for both; what is measured is the same amount of text. */
const CONFIGURATION = 'set-option -g history-limit 20000\nset-option -g default-shell /bin/sh\n';

/** The client that is measured; another build's with `ZMX_PROGRAM=…/zmx.main.js`. */
export const zmxProgram: string = process.env.ZMX_PROGRAM ?? entryPath('cli/zmx');

/** A multiplexer under measurement, with a server of its own in a temporary folder. */
export interface Multiplexer {
  readonly name: string;
  /** Runs a command of the command language; its standard output. */
  run(...argv: string[]): string;
  /** Opens a terminal with an attached client. */
  attach(argv: readonly string[]): BenchTerminal;
  /** The command line of a client, and its environment. */
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
  /** Proportional set size in MiB of every process that is the multiplexer's own. */
  memory(): number;
  dispose(): Promise<void>;
}

export type MultiplexerName = 'tmux' | 'zmx';

export function startMultiplexer(name: MultiplexerName): Multiplexer {
  const folder = mkdtempSync(join(tmpdir(), `zmx-bench-${name}-`));
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: folder,
    SHELL: '/bin/sh',
    ENV: '',
    PS1: '$ ',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  };
  let argv: string[];
  if (name === 'tmux') {
    const configuration = join(folder, 'tmux.conf');
    writeFileSync(configuration, CONFIGURATION);
    argv = ['tmux', '-u', '-S', join(folder, 'socket'), '-f', configuration];
  } else {
    for (const [variable, part] of Object.entries({
      ZMX_RUNTIME_DIR: 'run',
      ZMX_STATE_DIR: 'state',
      ZMX_CONFIG_DIR: 'config',
    })) {
      env[variable] = join(folder, part);
      mkdirSync(join(folder, part), { mode: 0o700 });
    }
    writeFileSync(join(folder, 'config', 'zmx.conf'), CONFIGURATION);
    argv = [process.execPath, zmxProgram];
  }
  const run = (...words: string[]) =>
    execFileSync(argv[0]!, [...argv.slice(1), ...words], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    name,
    argv,
    env,
    run,
    attach: (words) => new BenchTerminal([...argv, ...words], env, { cols: COLS, rows: ROWS }),
    memory: () =>
      ownProcesses(folder, name === 'tmux' ? /\/tmux$/ : /\/node$/).reduce((sum, pid) => sum + pssOf(pid), 0),
    async dispose() {
      try {
        run('kill-server');
      } catch {
        // there was none
      }
      await processesGone(folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Processes whose program matches and whose command line or environment names the bench's folder. */
function ownProcesses(folder: string, program: RegExp): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => {
      try {
        return (
          program.test(readlinkSync(`/proc/${pid}/exe`)) &&
          (readFileSync(`/proc/${pid}/environ`).includes(folder) ||
            readFileSync(`/proc/${pid}/cmdline`).includes(folder))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Proportional set size in MiB; shared pages are divided among those who share them. */
function pssOf(pid: number): number {
  const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(pss?.[1] ?? 0) / 1024;
}

/** How long a killed server may take to be gone before its processes are killed one by one. */
const GRACE_MS = 3000;

async function processesGone(folder: string): Promise<void> {
  const end = Date.now() + GRACE_MS;
  for (;;) {
    const left = ownProcesses(folder, /./);
    if (left.length === 0) return;
    if (Date.now() > end) for (const pid of left) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
