import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { logRoot } from '../../../src/archive/log-folder.ts';
import { DEFAULT_LOG_SETTINGS } from '../../../src/archive/pane-log.ts';
import { paneOptions, startEngine, untilScreen, watch } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { request, startTestHolder } from '../../support/held.ts';
import { loggedOutput, readLog } from '../../support/pane-logs.ts';

const LINES = 30_000;

test('engines that die at any moment log each byte once', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      `seq -f "line %.0f, so long that there are some segments and some checkpoints of this log, and deaths in between" 1 ${LINES}; printf DONE; read go`,
    ),
  );
  const options = paneOptions(place, 'p', { log: DEFAULT_LOG_SETTINGS });
  for (const frames of [1, 5, 2, 20]) {
    const engine = startEngine(place);
    await engine.open(options);
    const screen = watch(engine, 'p');
    await untilScreen(engine, screen, () => screen.frames >= frames || /DONE/.test(screen.text()));
    await engine.dispose();
  }
  const engine = startEngine(place);
  await engine.open(options);
  await untilScreen(engine, watch(engine, 'p'), /DONE/);
  const folder = join(logRoot(place.home.folders.state), 'p');
  await eventually(() => loggedOutput(readLog(folder)).subarray(-4).toString() === 'DONE');
  const lines = loggedOutput(readLog(folder)).toString().split('\r\n');
  const wrong = lines.findIndex(
    (line, i) =>
      line !==
      (i < LINES
        ? `line ${i + 1}, so long that there are some segments and some checkpoints of this log, and deaths in between`
        : 'DONE'),
  );
  assert.equal(wrong, -1, `line ${wrong} is ${lines[wrong]}`);
  assert.equal(lines.length, LINES + 1);
  assert.deepEqual(
    readLog(folder).filter(({ kind }) => kind === 'gap'),
    [],
  );
});

test('capture, copy mode and search reach what is older than the history, unless it was cleared', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const script = `seq -f "old %.0f" 1 40000; printf DONE; read go; seq -f "more %.0f, and so on" 1 15000; printf DONE-; read go; seq -f "new %.0f" 1 3000; printf DONE+; read go`;
  await client.spawn(request(place, 'p', script));
  const engine = startEngine(place);
  await engine.open(paneOptions(place, 'p', { log: DEFAULT_LOG_SETTINGS, historyLimit: 3000 }));
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /DONE$/m);
  await engine.reset('p');
  await client.input('p', 'test', 1, Buffer.from('\r'));
  await untilScreen(engine, screen, /DONE-$/m);

  assert.ok(engine.info('p').historySize < 30_000);
  const all = (await engine.capture('p', { start: '-' })).split('\n');
  const expected = [
    ...Array.from({ length: 40_000 }, (_, i) => `old ${i + 1}`),
    ...Array.from({ length: 15_000 }, (_, i) => `more ${i + 1}, and so on`),
  ];
  const printed = all.filter((line) => /^(old|more) /.test(line));
  assert.equal(printed.length, expected.length);
  assert.deepEqual(
    printed.find((line, i) => line !== expected[i]),
    undefined,
  );
  const some = (await engine.capture('p', { start: -45_000, end: -44_999 })).trimEnd().split('\n');
  assert.equal(some.length, 2);
  assert.equal(all.indexOf(some[0] ?? '') + 1, all.indexOf(some[1] ?? ''));

  await engine.copyMode('p', 'enter', []);
  await engine.copyMode('p', 'search-backward', ['^old 4711$']);
  await untilScreen(engine, screen, /^old 4711 *$/m);
  await engine.copyMode('p', 'history-top', []);
  await engine.copyMode('p', 'history-top', []);
  await untilScreen(engine, screen, /^old 1 /m);
  await engine.copyMode('p', 'cancel', []);

  await engine.clearHistory('p');
  await client.input('p', 'test', 2, Buffer.from('\r'));
  await untilScreen(engine, screen, /DONE\+$/m);
  const after = (await engine.capture('p', { start: '-' }))
    .split('\n')
    .filter((line) => /^(old|new) /.test(line));
  assert.deepEqual(
    after,
    Array.from({ length: 3000 }, (_, i) => `new ${i + 1}`),
  );
});
