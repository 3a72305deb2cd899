import assert from 'node:assert/strict';
import { existsSync, mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { segmentFiles, writeMeta } from '../../src/archive/log-folder.ts';
import { LogReader } from '../../src/archive/log-reader.ts';
import { closedSegments, enforceRetention } from '../../src/archive/retention.ts';
import { packSegment } from '../../src/archive/segment-packer.ts';
import { LoggedEmulator, readLog, temporaryFolder } from '../support/pane-logs.ts';

const temporary = temporaryFolder();
after(() => temporary.dispose());
let count = 0;

const HOUR_MS = 3_600_000;
const ALL = { paneBytes: Number.POSITIVE_INFINITY, totalBytes: Number.POSITIVE_INFINITY, maxAge: 0 };

/** A root with panes of so many segments of some 10 KiB; `hoursAgo` the first was written, the next an hour later. */
function root(panes: Readonly<Record<string, { segments: number; hoursAgo: number }>>): string {
  const path = join(temporary.path, `root-${count++}`);
  for (const [name, { segments, hoursAgo }] of Object.entries(panes)) {
    const folder = join(path, name);
    mkdirSync(folder, { recursive: true });
    const pane = new LoggedEmulator(folder);
    for (let i = 0; i < segments; i++) {
      pane.write(`${`words of ${i}\r\n`.repeat(800)}`);
      pane.log.renew();
    }
    pane.dispose();
    for (const [i, file] of segmentFiles(folder).entries()) {
      const seconds = (Date.now() - (hoursAgo - i) * HOUR_MS) / 1000;
      utimesSync(file.path, seconds, seconds);
    }
    writeMeta(folder, {
      pane: name,
      name: '%1',
      session: 's',
      window: 'w',
      windowIndex: 0,
      paneIndex: 0,
      command: 'sh',
      host: '',
      ended: true,
    });
  }
  return path;
}

const numbers = (path: string, pane: string): number[] =>
  segmentFiles(join(path, pane)).map(({ number }) => number);

it('old segments go, and a pane that has ended goes with its last', async () => {
  const path = root({ living: { segments: 4, hoursAgo: 10 }, ended: { segments: 2, hoursAgo: 10 } });
  await enforceRetention(path, new Set(['living']), { ...ALL, maxAge: 8.5 * HOUR_MS });
  assert.deepEqual(numbers(path, 'living'), [2, 3]);
  assert.equal(existsSync(join(path, 'ended')), false);
  assert.ok(
    readLog(join(path, 'living')).some(
      (record) => record.kind === 'output' && Buffer.from(record.bytes).includes('words of 2'),
    ),
  );
});

it('a pane has its own limit, and the segment that grows is not touched', async () => {
  const path = root({ one: { segments: 5, hoursAgo: 10 }, other: { segments: 2, hoursAgo: 20 } });
  await enforceRetention(path, new Set(['one', 'other']), { ...ALL, paneBytes: 25_000 });
  assert.deepEqual(numbers(path, 'one'), [2, 3, 4]);
  await enforceRetention(path, new Set(['one', 'other']), { ...ALL, paneBytes: 0 });
  assert.deepEqual(numbers(path, 'one'), [4]);
});

it('of all panes together the oldest go first', async () => {
  const path = root({ one: { segments: 3, hoursAgo: 10 }, other: { segments: 3, hoursAgo: 20 } });
  await enforceRetention(path, new Set(), { ...ALL, totalBytes: 50_000 });
  assert.deepEqual(numbers(path, 'one'), [0, 1, 2]);
  assert.deepEqual(numbers(path, 'other'), [2]);
});

it('a compressed segment says the same, keeps its time and is the smaller', async () => {
  const path = root({ pane: { segments: 3, hoursAgo: 10 } });
  const folder = join(path, 'pane');
  const before = readLog(folder);
  const [first] = closedSegments(folder, true);
  assert.ok(first);
  const info = new LogReader(folder).segments[0];
  await packSegment(first);
  assert.deepEqual(readLog(folder), before);
  const packed = new LogReader(folder).segments[0];
  assert.ok(info && packed?.file.packed && packed.bytes < info.bytes / 4);
  assert.equal(packed.to, info.to);
});
