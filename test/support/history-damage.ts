import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HistoryFile, type HistoryMark } from '../../src/daemon/panes/history-file.ts';
import { lostLine } from '../../src/daemon/panes/history-records.ts';
import type { HistoryLine } from '../../src/term/emulator/history-line.ts';
import { encodeRow } from '../../src/term/row-codec.ts';
import { plainStyle } from '../../src/term/style.ts';
import { lineText } from './emulation.ts';
import { seeded } from './seeded.ts';

const PANES = ['one', 'other'];
/** Some three segments. */
const LINES = 1100;
/** Printed after the damage. */
const MORE_LINES = 20;
const LIMIT = 1_000_000;

type Below = (limit: number) => number;

interface Written {
  readonly pane: string;
  readonly lines: readonly HistoryLine[];
  readonly mark: HistoryMark;
}

interface Damage {
  readonly name: string;
  /** @returns how many lines it may cost at most. */
  apply(folder: string, below: Below): number;
}

export interface HistoryOutcome {
  readonly lines: number;
  readonly lost: number;
  readonly rounds: number;
}

/**
 * Damages the history of two panes at random: bits flipped, pages zeroed, ends cut off, tails
 * and places swapped, a file lost. Whatever is read then is the line that was printed under
 * that number or says that it is damaged; a flipped bit costs one line; and a history that
 * goes on after the damage loses nothing more.
 */
export function damageHistory(seed: number, rounds: number): HistoryOutcome {
  const root = mkdtempSync(join(tmpdir(), 'zmx-history-damage-'));
  try {
    const random = seeded(seed);
    const below: Below = (limit) => Math.floor(random() * limit);
    const good = join(root, 'good');
    const written = PANES.map((pane): Written => {
      const lines = printed(pane);
      return { pane, lines, mark: write(join(good, pane), lines) };
    });
    let lost = 0;
    for (let round = 0; round < rounds; round++) {
      const copy = join(root, 'copy');
      cpSync(good, copy, { recursive: true });
      const damage = DAMAGES[below(DAMAGES.length)] as Damage;
      const most = damage.apply(copy, below);
      const context = `seed ${seed}, round ${round}: ${damage.name}`;
      const now = written.reduce((sum, one) => sum + goOn(join(copy, one.pane), one, context), 0);
      assert.ok(now <= most, `${context}: ${now} lines are lost instead of at most ${most}`);
      lost += now;
      rmSync(copy, { recursive: true });
    }
    return { lines: rounds * PANES.length * LINES, lost, rounds };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What a pane prints, up to 5,000 columns a line, each beginning with who and where it is. */
function printed(pane: string): HistoryLine[] {
  return Array.from({ length: LINES + MORE_LINES }, (_, number) => {
    const filling = String.fromCharCode(0x21 + (number % 0x50)).repeat((number * 37) % 5000);
    const cells = [...`${pane} ${number} ${filling}`].map((text) => ({
      text,
      width: 1 as const,
      style: plainStyle,
    }));
    return { cells: cells.length, wide: false, bytes: encodeRow({ cells, wrapped: false }) };
  });
}

const sameLine = (a: HistoryLine, b: HistoryLine): boolean =>
  a.cells === b.cells && a.wide === b.wide && Buffer.compare(a.bytes, b.bytes) === 0;

function write(folder: string, lines: readonly HistoryLine[]): HistoryMark {
  mkdirSync(folder, { recursive: true });
  const history = new HistoryFile(folder, LIMIT);
  for (const line of lines.slice(0, LINES)) history.append(line);
  assert.ok(history.flush());
  const { mark } = history;
  history.dispose({ erase: false });
  return mark;
}

/** Opens what is left, prints more, and opens that. Returns how many lines are lost. */
function goOn(folder: string, { lines, mark }: Written, context: string): number {
  const history = new HistoryFile(folder, LIMIT, mark);
  const lost = check(history, lines.slice(0, LINES), context);
  for (const line of lines.slice(LINES)) history.append(line);
  assert.ok(history.flush());
  const later = history.mark;
  history.dispose({ erase: false });
  const again = new HistoryFile(folder, LIMIT, later);
  assert.equal(check(again, lines, `${context}, opened again`), lost);
  again.dispose({ erase: false });
  return lost;
}

function check(history: HistoryFile, lines: readonly HistoryLine[], context: string): number {
  const end = lines.length;
  assert.equal(history.end, end, context);
  assert.equal([...history.cells()].length, end - history.first, context);
  // What is missing at the beginning is as if it had gone by its age.
  let lost = history.first;
  for (let number = history.first; number < end; number++) {
    const line = history.line(number);
    if (sameLine(line, lostLine)) lost++;
    else if (!sameLine(line, lines[number] as HistoryLine))
      assert.fail(`${context}: at ${number} is what was not printed there: ${lineText(line)}`);
  }
  return lost;
}

function someFile(folder: string, below: Below): string {
  const pane = join(folder, PANES[below(PANES.length)] as string);
  const names = readdirSync(pane);
  return join(pane, names[below(names.length)] as string);
}

function change(path: string, edit: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = readFileSync(path);
  writeFileSync(path, edit(bytes) ?? bytes);
}

const flip: Damage = {
  name: 'bits flipped',
  apply: (folder, below) => {
    const flips = 1 + below(4);
    for (let i = 0; i < flips; i++)
      change(someFile(folder, below), (bytes) => {
        const at = below(bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << below(8));
        return undefined;
      });
    return flips;
  },
};

const zero: Damage = {
  name: 'a page zeroed',
  apply: (folder, below) => {
    change(someFile(folder, below), (bytes) => {
      const at = below(bytes.length);
      return bytes.fill(0, at, Math.min(at + 4096, bytes.length));
    });
    return 4096 / 16;
  },
};

const cut: Damage = {
  name: 'an end cut off',
  apply: (folder, below) => {
    change(someFile(folder, below), (bytes) => bytes.subarray(0, below(bytes.length)));
    return LINES;
  },
};

const swapTails: Damage = {
  name: 'tails of two files swapped',
  apply: (folder, below) => {
    const [one, other] = [someFile(folder, below), someFile(folder, below)];
    const [a, b] = [readFileSync(one), readFileSync(other)];
    const [inA, inB] = [below(a.length), below(b.length)];
    writeFileSync(one, Buffer.concat([a.subarray(0, inA), b.subarray(inB)]));
    writeFileSync(other, Buffer.concat([b.subarray(0, inB), a.subarray(inA)]));
    return 2 * LINES;
  },
};

const swapFiles: Damage = {
  name: 'a file in the place of another',
  apply: (folder, below) => {
    const [one, other] = [someFile(folder, below), someFile(folder, below)];
    const bytes = readFileSync(one);
    writeFileSync(one, readFileSync(other));
    writeFileSync(other, bytes);
    return 2 * LINES;
  },
};

const move: Damage = {
  name: 'a piece written at another place',
  apply: (folder, below) => {
    change(someFile(folder, below), (bytes) => {
      const from = below(bytes.length);
      bytes.copyWithin(below(bytes.length), from, Math.min(from + 16_384, bytes.length));
      return undefined;
    });
    return LINES;
  },
};

const lose: Damage = {
  name: 'a file lost',
  apply: (folder, below) => {
    rmSync(someFile(folder, below));
    return LINES;
  },
};

const DAMAGES: readonly Damage[] = [flip, flip, flip, zero, zero, cut, cut, swapTails, swapFiles, move, lose];
