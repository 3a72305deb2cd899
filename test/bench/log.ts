import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentFiles } from '../../src/archive/log-folder.ts';
import { DEFAULT_LOG_SETTINGS, PaneLog } from '../../src/archive/pane-log.ts';
import { packSegment } from '../../src/archive/segment-packer.ts';
import type { SegmentStart } from '../../src/archive/segment-writer.ts';
import { Emulator } from '../../src/term/emulator/emulator.ts';
import { type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { payloads } from './payloads.ts';
import { type Measurement, median } from './statistics.ts';

const ROUNDS = 3;
/** What a pane's worker gets at a time under a flood. */
const PIECE_BYTES = 16 * 1024;
const MIB = 1024 * 1024;
const SIZE = { cols: 120, rows: 40 };
/** Of /proc/PID/stat, in every kernel that node runs on. */
const TICK_MS = 10;

/**
 * What the panes' log costs: processor time of the daemon under a flood with and without it,
 * bytes on disk, and bytes written for each byte of output. tmux has no log.
 */
export async function log(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  if (!names.includes('zmx')) return [];
  const shares = await floods();
  const table: Measurement[] = [];
  for (const [kind, make] of Object.entries(payloads)) {
    const output = make();
    const { raw, packed, packMs } = await onDisk(output);
    const lines = output.toString('latin1').split('\n').length;
    const of = (what: string, unit: Measurement['unit'], zmx: number, goal = ''): Measurement => ({
      what: `log of ${kind}: ${what}`,
      unit,
      tmux: undefined,
      zmx,
      goal,
    });
    const share = shares.get(kind) ?? { cpu: Number.NaN, time: Number.NaN };
    table.push(
      of('processor time beside that of the emulation, each alone', '%', aloneShare(output), '5'),
      of("more of the daemon's processor time in a flood", '%', share.cpu, '5'),
      of('more time for a flood', '%', share.time, '5'),
      of('written for each byte of output, compression included', '×', (raw + packed) / output.length),
      ...(lines > 1000 ? [of('kept for each million lines', 'MiB', (packed / lines) * (1e6 / MIB))] : []),
      of('compression of 4 MiB, when it is quiet', 'ms', (packMs / output.length) * 4 * MIB),
    );
  }
  return table;
}

/** By how much a flood of 8 MiB costs more with the log than without, in per cent; each round has one of both. */
async function floods(): Promise<Map<string, { cpu: number; time: number }>> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-log-'));
  const multiplexer = startMultiplexer('zmx');
  const terminal = multiplexer.attach(['new-session', '-s', 'bench']);
  try {
    await terminal.run('true');
    // Two panes, since a log that is switched on anew has to hide what is on the screen.
    multiplexer.run('new-window', '-t', 'bench:1');
    multiplexer.run('set-option', '-p', '-t', 'bench:1', 'log', 'off');
    const daemon = Number(
      readFileSync(join(multiplexer.env.ZMX_RUNTIME_DIR ?? '', 'default', 'zmxd.lock'), 'utf8'),
    );
    const shares = new Map<string, { cpu: number; time: number }>();
    for (const [kind, make] of Object.entries(payloads)) {
      const file = join(folder, kind.replace(' ', '-'));
      writeFileSync(file, make());
      const taken = {
        on: { cpu: [] as number[], time: [] as number[] },
        off: { cpu: [] as number[], time: [] as number[] },
      };
      for (let round = 0; round < 2 * ROUNDS; round++) {
        const state = round % 2 === 0 ? 'on' : 'off';
        multiplexer.run('select-window', '-t', state === 'on' ? 'bench:0' : 'bench:1');
        await terminal.run('true');
        const before = processorMs(daemon);
        taken[state].time.push(await terminal.run(`cat ${file}; printf '\\033[m\\033[2J\\033[H'`));
        taken[state].cpu.push(processorMs(daemon) - before);
      }
      const more = (what: 'cpu' | 'time'): number =>
        (median(taken.on[what]) / median(taken.off[what]) - 1) * 100;
      shares.set(kind, { cpu: more('cpu'), time: more('time') });
    }
    return shares;
  } finally {
    await terminal.dispose();
    await multiplexer.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function newEmulator(): Emulator {
  return new Emulator({ ...SIZE, version: '0', sink: { append: () => {}, clear: () => {} } });
}

function newLog(folder: string, state: () => SegmentStart): PaneLog {
  return new PaneLog(folder, { state, inReport: () => false, changed: () => {}, closed: () => {} });
}

function segmentStart(offset: number, state: readonly Uint8Array[]): SegmentStart {
  return { ...SIZE, offset, life: 'life', generation: 0, lines: 0, state };
}

/** Logging in per cent of emulating, in one thread and one after the other; the states for segments are in neither. */
function aloneShare(output: Buffer): number {
  const emulator = newEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-log-'));
  let offset = 0;
  const pane = newLog(folder, () => segmentStart(offset, []));
  const timeOf = (take: (piece: Buffer) => void): number => {
    const before = process.cpuUsage();
    for (let at = 0; at < output.length; at += PIECE_BYTES) take(output.subarray(at, at + PIECE_BYTES));
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  try {
    pane.set(DEFAULT_LOG_SETTINGS);
    pane.open('life', 0);
    const emulating: number[] = [];
    const logging: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      emulating.push(timeOf((piece) => emulator.write(piece)));
      logging.push(
        timeOf((piece) => {
          pane.output(piece, offset);
          offset += piece.length;
        }),
      );
    }
    // The first round is slower than any other: its code is not compiled yet.
    return (median(logging.slice(1)) / median(emulating.slice(1))) * 100;
  } finally {
    pane.dispose();
    emulator.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** User and system time of a process and its threads so far. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Bytes of a log of this output as it is written and as it is compressed, and processor time of the latter. */
async function onDisk(output: Buffer): Promise<{ raw: number; packed: number; packMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-log-'));
  const emulator = newEmulator();
  let offset = 0;
  const state = () => segmentStart(offset, emulator.saveState());
  const pane = newLog(folder, state);
  try {
    pane.set(DEFAULT_LOG_SETTINGS);
    pane.open('life', 0);
    for (let at = 0; at < output.length; at += PIECE_BYTES) {
      const piece = output.subarray(at, at + PIECE_BYTES);
      pane.output(piece, offset);
      emulator.write(piece);
      offset += piece.length;
      if (offset >= output.length / 2) pane.checkpoint(state);
    }
    pane.dispose();
    const sum = (): number =>
      segmentFiles(folder).reduce((bytes, { path }) => bytes + statSync(path).size, 0);
    const raw = sum();
    const before = process.cpuUsage();
    for (const file of segmentFiles(folder)) await packSegment(file);
    const { user, system } = process.cpuUsage(before);
    return { raw, packed: sum(), packMs: (user + system) / 1000 };
  } finally {
    emulator.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
