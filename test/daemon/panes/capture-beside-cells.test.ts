import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArchivedLines } from '../../../src/archive/archived-lines.ts';
import { ArchivedStream } from '../../../src/archive/archived-stream.ts';
import { segmentFiles } from '../../../src/archive/log-folder.ts';
import { closedSegments } from '../../../src/archive/retention.ts';
import { packSegment } from '../../../src/archive/segment-packer.ts';
import { capture, captureRows } from '../../../src/daemon/panes/capture.ts';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import type { CaptureOptions } from '../../../src/daemon/panes/pane-engine.ts';
import { PaneSnapshot } from '../../../src/daemon/panes/pane-snapshot.ts';
import { TextSink } from '../../../src/daemon/panes/text-sink.ts';
import { Emulator } from '../../../src/term/emulator/emulator.ts';
import { type LoggedPane, loggedPane } from '../../support/logged-pane.ts';
import { temporaryFolder } from '../../support/pane-logs.ts';

// A capture beside its definition: rows of cells, one after another, as copy mode shows them.

const number = fc.oneof(fc.constant('-' as const), fc.constant(undefined), fc.integer({ min: -90, max: 9 }));
const options: fc.Arbitrary<CaptureOptions> = fc
  .record({
    start: number,
    end: number,
    escapes: fc.boolean(),
    join: fc.boolean(),
    trailing: fc.boolean(),
  })
  .map(({ start, end, ...rest }) => ({
    ...rest,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }));
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constant('\r\n') },
  fc.stringMatching(/^[a-z ]{0,30}$/),
  fc.constantFrom(
    '漢字',
    'é',
    'e\u0301',
    '😀',
    '   ',
    '\x1b[5C',
    '\x1b[2K',
    '\x1b[H',
    '\x1b[2J',
    '\t',
    '\x1bM',
  ),
  fc.constantFrom('\x1b[1;31m', '\x1b[m', '\x1b[48;5;17m', '\x1b[4:3;58:2::1:2:3m', '\x1b[K'),
);

async function captured(
  emulator: Emulator,
  history: HistoryFile,
  wanted: CaptureOptions,
  stream?: ArchivedStream,
): Promise<string> {
  const sink = new TextSink();
  await capture({ emulator, history, openStream: stream && (() => stream) }, wanted, sink);
  return String(sink.end());
}

/** capture-pane ends its text with a newline, also in the middle of a line. */
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

test('rows become text straight from their encoding as they do by way of cells', async () => {
  const folder = temporaryFolder();
  const screens = fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join(''));
  const widths = fc.tuple(fc.constantFrom(2, 7, 20), fc.constantFrom(1, 2, 3, 20));
  try {
    await fc.assert(
      fc.asyncProperty(
        screens,
        widths,
        fc.array(options, { minLength: 4 }),
        async (bytes, [before, cols], all) => {
          const history = new HistoryFile(folder.path, 1000);
          const emulator = new Emulator({ cols: before, rows: 5, sink: history, version: '', scrollback: 4 });
          emulator.write(Buffer.from(bytes));
          emulator.resize(cols, 5);
          for (const wanted of all) {
            const expected = ended(captureRows(new PaneSnapshot(emulator, history), wanted));
            assert.equal(await captured(emulator, history, wanted), expected, JSON.stringify(wanted));
          }
          emulator.dispose();
          history.dispose({ erase: true });
        },
      ),
      { seed: 20261130, numRuns: 150 },
    );
  } finally {
    folder.dispose();
  }
});

async function beside(path: string, { logged, history }: LoggedPane): Promise<void> {
  const { emulator } = logged;
  const snapshot = new PaneSnapshot(emulator, history, false, (b, g) => new ArchivedLines(path, b, g));
  while ((await snapshot.reachOlder()) > 0);
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.option(fc.tuple(fc.nat(900), fc.nat(900)), { nil: undefined }),
      async (random, range) => {
        const wanted = range ? { ...random, start: -range[0], end: -range[1] } : random;
        const stream = new ArchivedStream(path, history.first, history.generation);
        assert.equal(
          await captured(emulator, history, wanted, stream),
          ended(captureRows(snapshot, wanted)),
          JSON.stringify(wanted),
        );
      },
    ),
    { seed: 20261130, numRuns: 25 },
  );
}

test('a capture goes through the log from its first line, whatever part of it is asked for', async () => {
  const folder = temporaryFolder();
  const pane = loggedPane(folder.path);
  try {
    assert.ok(segmentFiles(folder.path).length > 5);
    await beside(folder.path, pane);
    const all = await captured(
      pane.logged.emulator,
      pane.history,
      { start: '-', join: true },
      new ArchivedStream(folder.path, pane.history.first, 0),
    );
    const numbers = [...all.matchAll(/^line (\d+) /gm)].map(([, number]) => Number(number));
    assert.deepEqual(
      numbers,
      Array.from({ length: 400 }, (_, i) => i),
    );
  } finally {
    pane.logged.dispose();
    folder.dispose();
  }
});

test('segments that are compressed after they were found are read under their new name', async () => {
  const folder = temporaryFolder();
  const { logged, history } = loggedPane(folder.path);
  try {
    const whole = new ArchivedStream(folder.path, history.first, 0);
    const before = await captured(logged.emulator, history, { start: '-' }, whole);
    const stream = new ArchivedStream(folder.path, history.first, 0);
    const snapshot = new PaneSnapshot(
      logged.emulator,
      history,
      false,
      (b, g) => new ArchivedLines(folder.path, b, g),
    );
    while ((await snapshot.reachOlder()) > 0);
    for (const file of closedSegments(folder.path, true)) await packSegment(file);
    assert.equal(await captured(logged.emulator, history, { start: '-' }, stream), before);
    assert.equal(captureRows(snapshot, { start: '-' }), before);
  } finally {
    logged.dispose();
    folder.dispose();
  }
});

test('what the pane prints while it is captured is not captured, and takes nothing of it away', async () => {
  const folder = temporaryFolder();
  const history = new HistoryFile(folder.path, 3000);
  const emulator = new Emulator({ cols: 80, rows: 5, sink: history, version: '', scrollback: 10 });
  let count = 0;
  const print = (lines: number): void => {
    for (const end = count + lines; count < end; count++)
      emulator.write(Buffer.from(`line ${count} ${'of a history that has some segments '.repeat(2)}\r\n`));
  };
  try {
    print(40_000);
    const expected = captureRows(new PaneSnapshot(emulator, history), { start: '-' });
    const { first } = history;
    class BusySink extends TextSink {
      override write(bytes: Uint8Array): void {
        super.write(bytes);
        print(20_000);
      }
    }
    const sink = new BusySink();
    await capture({ emulator, history }, { start: '-' }, sink);
    assert.ok(String(sink.end()) === expected);
    assert.ok(history.first > first + 20_000, 'what nobody reads any more has gone');
  } finally {
    emulator.dispose();
    history.dispose({ erase: true });
    folder.dispose();
  }
});

test('of a damaged log a capture shows what copy mode shows', async () => {
  const folder = temporaryFolder();
  const pane = loggedPane(folder.path);
  try {
    for (const [i, { path }] of segmentFiles(folder.path).entries()) {
      const bytes = readFileSync(path);
      // In the start, the state or the output, as it comes.
      bytes[Math.floor((bytes.length * i) / 7)]! ^= 1;
      if (i > 0) writeFileSync(path, bytes);
    }
    await beside(folder.path, pane);
  } finally {
    pane.logged.dispose();
    folder.dispose();
  }
});
