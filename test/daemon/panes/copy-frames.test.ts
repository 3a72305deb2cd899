import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paneOptions, startEngine, untilScreen, watch } from '../../support/engine.ts';
import { request, startTestHolder } from '../../support/held.ts';

const LINES = 5000;

test('copy mode shows the past, also what is on disk, while output goes on', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      `seq -f "number %.0f" 1 ${LINES}; printf READY; read go; printf "more output"; read go`,
    ),
  );
  const engine = startEngine(place);
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /READY/);

  const entered = await engine.copyMode('p', 'enter', ['mode-keys=vi']);
  assert.deepEqual(entered, { active: true, x: 5, y: 23, scroll: 0, selecting: false });
  await engine.copyMode('p', 'history-top', []);
  await untilScreen(engine, screen, /^number 1 +\[4977\/4977\]\nnumber 2\n/);
  assert.deepEqual(screen.last?.copy, { scroll: 4977, history: 4977 });
  assert.equal(screen.rows[0]?.cells.at(-1)?.style.bg, (1 << 24) | 3);

  await client.input('p', 'test', 1, Buffer.from('\r'));
  const found = await engine.copyMode('p', 'search-forward', ['number 42[0-9]2$']);
  assert.equal(found.scroll > 0, true);
  await engine.copyMode('p', 'begin-selection', []);
  await engine.copyMode('p', 'end-of-line', []);
  const { copied } = await engine.copyMode('p', 'copy-selection', []);
  assert.equal(copied, 'number 4202\n');
  await assert.rejects(engine.copyMode('p', 'no-such-command', []), /unknown copy mode command/);

  const left = await engine.copyMode('p', 'cancel', []);
  assert.equal(left.active, false);
  await untilScreen(engine, screen, /READY\nmore output/);
  assert.equal(screen.last?.copy, undefined);
  await assert.rejects(engine.copyMode('p', 'cursor-up', []), /not in a mode/);
});

test('a mouse selects by places of the view, and another width keeps the line', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      'seq -f "number %.0f and a tail that a narrow pane has to wrap" 1 100; printf READY; read go',
    ),
  );
  const engine = startEngine(place);
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /READY/);
  await engine.copyMode('p', 'enter', ['x=7', 'y=0']);
  await engine.copyMode('p', 'begin-selection', ['x=7', 'y=0']);
  await engine.copyMode('p', 'cursor-to', ['x=9', 'y=1']);
  const { copied } = await engine.copyMode('p', 'copy-selection-no-clear', []);
  assert.equal(copied, '78 and a tail that a narrow pane has to wrap\nnumber 79');
  // A double click behind the end of a line: the pointer is given with each command.
  await engine.copyMode('p', 'clear-selection', []);
  await engine.copyMode('p', 'select-word', ['x=70', 'y=3']);
  const word = await engine.copyMode('p', 'copy-selection-no-clear', ['x=70', 'y=3']);
  assert.equal(word.copied, 'wrap');
  const before = engine.info('p').copy;
  await engine.copyMode('p', 'cursor-to', ['x=0', 'y=-1']);
  assert.equal(engine.info('p').copy?.scroll, (before?.scroll ?? 0) + 1);

  client.resize('p', 20, 10, 1);
  await untilScreen(engine, screen, () => screen.rows.length === 10);
  const row = screen.lines()[engine.info('p').copy?.y ?? 0];
  assert.match(row ?? '', /^number 77/);
});
