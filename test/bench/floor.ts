import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { BenchTerminal, newMarker } from './bench-terminal.ts';
import { typed } from './echo.ts';
import { COLS, ROWS } from './multiplexers.ts';
import { type Measurement, percentile } from './statistics.ts';

/** Echo over the same hops with nothing done at them: terminal, ZeroMQ, unix socket, pty, and back. */
export async function floor(): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-floor-'));
  const relay = join(packageRoot, 'dist', 'test', 'bench', 'floor-relay.js');
  const address = `ipc://${join(folder, 'zmq')}`;
  const socket = join(folder, 'holder');
  const children: ChildProcess[] = [];
  const start = (...args: string[]) =>
    children.push(spawn(process.execPath, [relay, ...args], { stdio: 'inherit' }));
  let terminal: BenchTerminal | undefined;
  try {
    start('holder', socket);
    await pause(500);
    start('daemon', address, socket);
    const env = { PATH: process.env.PATH ?? '', HOME: folder, TERM: 'xterm-256color' };
    terminal = new BenchTerminal([process.execPath, relay, 'client', address], env, {
      cols: COLS,
      rows: ROWS,
    });
    const ready = newMarker().bytes;
    await pause(500);
    await terminal.timeUntil(ready, () => terminal?.write(ready));
    const times = await typed(terminal);
    return [50, 95, 99].map((p) => ({
      what: `echo, floor of zmx's hops, p${p}`,
      unit: 'ms',
      tmux: undefined,
      zmx: percentile(times, p),
      goal: '',
    }));
  } finally {
    await terminal?.dispose();
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
