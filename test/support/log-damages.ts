import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { segmentFiles } from '../../src/archive/log-folder.ts';
import { LogReader } from '../../src/archive/log-reader.ts';
import type { LogRecord } from '../../src/archive/records.ts';
import { packSegment } from '../../src/archive/segment-packer.ts';
import { LoggedEmulator, readLog, temporaryFolder } from './pane-logs.ts';
import { seeded } from './seeded.ts';

/** Of output that a damaged place may cost: those of a record or, compressed, of the block in which it is. */
const costOf = (path: string): number => (path.endsWith('.zlog') ? 96 : 32) * 1024;

interface Written {
  /** A folder with five segments, of which the first two are compressed. */
  readonly folder: string;
  /** All that the pane printed. */
  readonly output: Buffer;
  /** The folder as it was at some moments in between. */
  readonly copies: readonly string[];
}

/**
 * Damages logs at random: bits flipped, pages zeroed, ends cut off, tails of two files swapped,
 * a segment lost, copies taken while it was written. Whatever is read afterwards is what was
 * written at that place; a flipped bit costs one record or block; and a log that is opened
 * again goes on with each byte once.
 */
export async function surviveDamages({ seed, count }: { seed: number; count: number }): Promise<string> {
  const temporary = temporaryFolder();
  try {
    const random = seeded(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const written = await write(temporary.path, below);
    const whole = readLog(written.folder);
    assert.equal(missing(whole, written.output), 0);
    const tally = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const damage = DAMAGES[below(DAMAGES.length)] as Damage;
      tally.set(damage.name, (tally.get(damage.name) ?? 0) + 1);
      const folder = join(temporary.path, 'damaged');
      const copied = damage === copy && written.copies[below(written.copies.length)];
      cpSync(copied || written.folder, folder, { recursive: true });
      const context = `damage ${i} of seed ${seed}: ${damage.name}`;
      const most = damage(folder, below);
      const records = readLog(folder);
      const lost = missing(records, written.output, context);
      if (most !== undefined) assert.ok(lost <= most, `${context}: ${lost} bytes are missing`);
      const outputs = records.filter((record) => record.kind === 'output');
      const between = (outputs.at(-1)?.end ?? 0) - (outputs[0]?.offset ?? 0);
      const holes = between - outputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (holes > 0)
        assert.ok(
          records.some(({ kind }) => kind === 'gap'),
          `${context}: nothing says that bytes are missing`,
        );
      new LogReader(folder).marks();
      goOn(folder, written.output, below, context);
      rmSync(folder, { recursive: true });
    }
    return [...tally].map(([name, times]) => `${times} ${name}`).join(', ');
  } finally {
    temporary.dispose();
  }
}

async function write(root: string, below: (limit: number) => number): Promise<Written> {
  const folder = join(root, 'whole');
  mkdirSync(folder);
  const pieces: Buffer[] = [];
  const copies: string[] = [];
  const pane = new LoggedEmulator(folder);
  let line = 0;
  for (let part = 0; part < 300; part++) {
    let text = '';
    for (let left = below(60); left >= 0; left--)
      text += `${line++} \x1b[3${below(8)}mwords of line ${line}\x1b[m\r\n`;
    const piece = Buffer.from(text);
    pieces.push(piece);
    pane.write(piece);
    // Something between two pieces of output makes them two records.
    if (below(3) === 0) pane.log.input(below(20));
    if (below(9) === 0) pane.log.checkpoint(() => assert.fail('the segment is small'));
    if (part % 60 === 59) pane.log.renew();
    if (below(20) === 0) {
      copies.push(join(root, `copy-${copies.length}`));
      cpSync(folder, copies.at(-1) as string, { recursive: true });
    }
  }
  pane.dispose();
  for (const file of segmentFiles(folder).slice(0, 2)) await packSegment(file);
  return { folder, output: Buffer.concat(pieces), copies };
}

/** Bytes of the output that are not in the log; what is there must be what was printed, in its order. */
function missing(records: readonly LogRecord[], output: Buffer, context = ''): number {
  let end = 0;
  let present = 0;
  for (const record of records) {
    if (record.kind !== 'output') continue;
    assert.ok(record.offset >= end, `${context}: ${record.offset} comes after ${end}`);
    const expected = output.subarray(record.offset, record.end);
    assert.ok(expected.equals(record.bytes), `${context}: bytes at ${record.offset} were never printed`);
    end = record.end;
    present += record.bytes.length;
  }
  return output.length - present;
}

/** Opens the log again, at a checkpoint of before or at the end of what it has, and logs more. */
function goOn(folder: string, output: Buffer, below: (limit: number) => number, context: string): void {
  const from = below(output.length);
  const pane = new LoggedEmulator(folder, { offset: from });
  const more = Buffer.from(`${'more '.repeat(below(2000))}\r\n`);
  const all = Buffer.concat([output, more]);
  for (let at = from; at < all.length; ) {
    const piece = all.subarray(at, at + 1 + below(100_000));
    pane.write(piece);
    at += piece.length;
  }
  pane.dispose();
  const records = readLog(folder);
  missing(records, all, `${context}, opened again at ${from}`);
  const last = records.findLast((record) => record.kind === 'output');
  assert.equal(last?.end, all.length, `${context}, opened again at ${from}: the end is missing`);
}

/** Damages some file; returns how many bytes of output that may cost, undefined for any number. */
type Damage = (folder: string, below: (limit: number) => number) => number | undefined;

function someFile(folder: string, below: (limit: number) => number): string {
  const names = readdirSync(folder);
  return join(folder, names[below(names.length)] as string);
}

const flip: Damage = (folder, below) => {
  const path = someFile(folder, below);
  const bytes = readFileSync(path);
  const flips = 1 + below(3);
  for (let i = 0; i < flips; i++) {
    const at = below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << below(8));
  }
  writeFileSync(path, bytes);
  return flips * costOf(path);
};

const zero: Damage = (folder, below) => {
  const path = someFile(folder, below);
  const bytes = readFileSync(path);
  const at = below(bytes.length);
  bytes.fill(0, at, Math.min(at + 4096, bytes.length));
  writeFileSync(path, bytes);
  return 2 * costOf(path) + 4096;
};

const truncate: Damage = (folder, below) => {
  const path = someFile(folder, below);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, below(bytes.length)));
  return undefined;
};

const swap: Damage = (folder, below) => {
  const [one, other] = [someFile(folder, below), someFile(folder, below)];
  const [a, b] = [readFileSync(one), readFileSync(other)];
  const [inA, inB] = [below(a.length), below(b.length)];
  writeFileSync(one, Buffer.concat([a.subarray(0, inA), b.subarray(inB)]));
  writeFileSync(other, Buffer.concat([b.subarray(0, inB), a.subarray(inA)]));
  return undefined;
};

const lose: Damage = (folder, below) => {
  rmSync(someFile(folder, below));
  return undefined;
};

const copy: Damage = () => undefined;

const DAMAGES: readonly Damage[] = [flip, flip, zero, truncate, truncate, swap, lose, copy];
