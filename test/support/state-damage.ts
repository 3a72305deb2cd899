import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '../../src/daemon/model-store.ts';
import { captureRows } from '../../src/daemon/panes/capture.ts';
import { lostLine } from '../../src/daemon/panes/history-records.ts';
import { replayTail } from '../../src/daemon/panes/last-screen.ts';
import { PaneRecovery } from '../../src/daemon/panes/pane-recovery.ts';
import { PaneSnapshot } from '../../src/daemon/panes/pane-snapshot.ts';
import { keptPart } from '../../src/model/kept-snapshot.ts';
import { snapshot } from '../../src/model/snapshot.ts';
import { Emulator } from '../../src/term/emulator/emulator.ts';
import { TestHost } from '../commands/host.ts';
import { lineText } from './emulation.ts';
import { eventually } from './eventually.ts';
import { seeded } from './seeded.ts';

const PANE = 'pane';
const SIZE = { cols: 40, rows: 20 };
/** Printed before what is on the screen at last. */
const HISTORY_LINES = 100;
const LOST_TEXT = lineText(lostLine);
const quiet = () => {};

export interface DamageOutcome {
  /** Rounds after which sessions were found, and after which every line of screen and history was. */
  readonly sessions: number;
  readonly wholeScreens: number;
  /** Damages that were said. */
  readonly said: number;
}

/**
 * What a power cut or a failing disk leaves of a state folder: a file is cut off or bits in
 * it flip, and then all of it is loaded as a daemon would. What comes back must be
 * something that was there: sessions as they were saved at some moment, and lines that
 * the program printed.
 */
export async function damageState(seed: number, rounds: number): Promise<DamageOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-damage-'));
  try {
    const good = join(folder, 'good');
    const { host, models } = await sessionsIn(good);
    const lines = await screenIn(join(good, 'recovery'));
    const random = seeded(seed);
    const outcome = { sessions: 0, wholeScreens: 0, said: 0 };
    for (let round = 0; round < rounds; round++) {
      const copy = join(folder, 'copy');
      rmSync(copy, { recursive: true, force: true });
      cpSync(good, copy, { recursive: true });
      for (let n = 1 + Math.floor(random() * 2); n > 0; n--) damageOne(copy, random);

      const store = new ModelStore(copy, quiet);
      const found = store.load(host.server.facts);
      if (found) {
        outcome.sessions++;
        assert.ok(models.includes(modelOf(found.server)), `round ${round}: sessions that never were`);
      }
      const { shown, damaged } = screenOf(join(copy, 'recovery'));
      for (const line of shown)
        assert.ok(
          lines.includes(line) || line === LOST_TEXT,
          `round ${round}: a line that was never printed: ${line}`,
        );
      if (shown.join() === lines.join()) outcome.wholeScreens++;
      outcome.said += store.damage.length + damaged;
    }
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sessionsIn(folder: string): Promise<{ host: TestHost; models: string[] }> {
  const host = new TestHost();
  await host.text('new-session -d -s work');
  mkdirSync(folder);
  const store = new ModelStore(folder, quiet);
  store.attachServer(host.server);
  const models: string[] = [];
  for (const command of [
    'split-window -h',
    'new-window -n logs',
    'new-session -d -s other',
    'rename-session -t other b',
  ]) {
    await host.text(command);
    host.time += 1000;
    models.push(modelOf(host.server));
    await store.saveLast();
  }
  return { host, models };
}

function modelOf(server: TestHost['server']): string {
  return JSON.stringify(keptPart(snapshot(server)));
}

/** A history, and a screen of which half is in the checkpoint and half in the tail. */
async function screenIn(folder: string): Promise<string[]> {
  const recovery = new PaneRecovery(folder, PANE, 1000, quiet);
  const emulator = new Emulator({ ...SIZE, scrollback: 0, sink: recovery.history, version: '0' });
  const lines = Array.from({ length: HISTORY_LINES + 20 }, (_, i) => `line ${i} of what was printed`);
  let offset = 0;
  recovery.tail.begin('op');
  for (const [i, line] of lines.entries()) {
    const bytes = Buffer.from(`${line}\r\n`);
    emulator.write(bytes);
    recovery.tail.output(offset, bytes);
    offset += bytes.length;
    if (i === HISTORY_LINES + 9) recovery.save(emulator.saveState(), { op: 'op', offset, origin: 0 });
  }
  await eventually(() => screenOf(folder).shown.length === lines.length);
  recovery.tail.dispose({ erase: false });
  emulator.dispose();
  return lines;
}

function screenOf(folder: string): { shown: string[]; damaged: number } {
  const recovery = new PaneRecovery(folder, PANE, 1000, quiet);
  const emulator = new Emulator({ ...SIZE, scrollback: 0, sink: recovery.history, version: '0' });
  if (recovery.recovered) emulator.restoreState(recovery.recovered.state);
  const tail = recovery.readTail();
  replayTail(emulator, tail);
  const text = captureRows(new PaneSnapshot(emulator, recovery.history, false), { start: '-' });
  const { lost } = recovery.history;
  recovery.dispose({ erase: false });
  emulator.dispose();
  return {
    shown: text.split('\n').filter((line) => line !== ''),
    damaged: tail.damaged + lost + (recovery.refused === undefined ? 0 : 1),
  };
}

/** Cuts a file off at a random byte, or flips some of its bits. */
function damageOne(folder: string, random: () => number): void {
  const below = (limit: number) => Math.floor(random() * limit);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const file = files[below(files.length)]!;
  const path = join(file.parentPath ?? file.path, file.name);
  const bytes = readFileSync(path);
  if (bytes.length === 0) return;
  if (below(3) === 0) {
    truncateSync(path, below(bytes.length));
    return;
  }
  for (let n = 1 + below(4); n > 0; n--) {
    const at = below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << below(8));
  }
  writeFileSync(path, bytes);
}
