import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nextChange, paneOptions, startEngine, untilScreen, watch } from '../../support/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { request, startTestHolder } from '../../support/held.ts';

const LINES = 80_000;

test('engines that die at any moment lose and double no line of history', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      `seq -f "line %.0f of many, and long enough that several checkpoints are due" 1 ${LINES}; printf DONE; read go`,
    ),
  );
  const options = paneOptions(place, 'p', { historyLimit: 2 * LINES });
  // How many frames each engine lives to show: from hardly any to some.
  for (const frames of [1, 5, 2, 20, 8, 3]) {
    const engine = startEngine(place);
    await engine.open(options);
    const screen = watch(engine, 'p');
    await untilScreen(engine, screen, () => screen.frames >= frames || /DONE/.test(screen.text()));
    await engine.dispose();
  }
  const engine = startEngine(place);
  await engine.open(options);
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /DONE/);
  const lines = (await engine.capture('p', { start: '-' })).trimEnd().split('\n');
  assert.equal(lines.length, LINES + 1);
  const wrong = lines.findIndex(
    (line, i) =>
      line !==
      (i < LINES ? `line ${i + 1} of many, and long enough that several checkpoints are due` : 'DONE'),
  );
  assert.equal(wrong, -1, `line ${wrong} is ${lines[wrong]}`);
});

test('screen, modes and title come back from the checkpoint alone', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(
    request(
      place,
      'p',
      'printf "\\033[?1049h\\033[?2004h\\033[?1002h\\033[?1006h\\033]2;saved\\007\\033[5;9Hhere"; read go; printf there; read go',
    ),
  );
  const options = paneOptions(place, 'p');
  const before = startEngine(place);
  await before.open(options);
  await untilScreen(before, watch(before, 'p'), /here/);
  await before.checkpointAll();
  await before.dispose();
  // The holder has let go of what the checkpoint covers.
  await eventually(async () => (await client.list())[0]?.from !== 0);

  const after = startEngine(place);
  await after.open(options);
  const screen = watch(after, 'p');
  await untilScreen(after, screen, /^ {8}here$/m);
  const { cursor, ...info } = after.info('p');
  assert.deepEqual(cursor, { x: 12, y: 4, visible: true });
  assert.equal(info.title, 'saved');
  assert.ok(info.alternate && info.bracketedPaste);
  assert.deepEqual([info.mouse, info.mouseEncoding], ['button', 'sgr']);
  await client.input('p', 'test', 1, Buffer.from('\r'));
  await untilScreen(after, screen, /there/);
});

test('another child in the same pane keeps the old lines as history', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const options = paneOptions(place, 'p');
  await client.spawn(request(place, 'p', 'printf "old words"; exit', { op: 'first' }));
  const before = startEngine(place);
  const exited = nextChange(before, 'p', 'exited');
  await before.open(options);
  await exited;
  await before.close('p', { erase: false });
  client.forget('p');
  await eventually(async () => (await client.list()).length === 0);

  await client.spawn(request(place, 'p', 'printf "new words"; read go', { op: 'second' }));
  const after = startEngine(place);
  await after.open(options);
  const screen = watch(after, 'p');
  await untilScreen(after, screen, /^new words/);
  assert.match(await after.capture('p', { start: '-' }), /^old words\nnew words\n/);
});

test('files are private, and go with the pane', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  await client.spawn(request(place, 'p', 'seq 1 9000; printf DONE; read go'));
  const engine = startEngine(place);
  await engine.open(paneOptions(place, 'p'));
  await untilScreen(engine, watch(engine, 'p'), /DONE/);
  await engine.checkpointAll();
  const folder = join(place.home.folders.state, 'recovery');
  const [lines] = readdirSync(join(folder, 'p'));
  for (const file of ['p.checkpoint', join('p', lines ?? '')])
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  await engine.close('p', { erase: true });
  assert.ok(!existsSync(join(folder, 'p')) && !existsSync(join(folder, 'p.checkpoint')));
});

test('a folder that cannot be written makes a pane not crash-safe, and it goes on', async (t) => {
  const place = await startTestHolder(t);
  // A file where the folder should be: that stops root too.
  const inTheWay = join(place.home.folders.state, 'recovery');
  writeFileSync(inTheWay, '');
  const client = await place.connect();
  await client.spawn(request(place, 'p', 'seq 1 9000; printf DONE; read go'));
  const engine = startEngine(place);
  await engine.open(paneOptions(place, 'p'));
  await untilScreen(engine, watch(engine, 'p'), /DONE/);
  await engine.checkpointAll();
  assert.match(String(engine.info('p').crashSafe), /cannot be written/);
  rmSync(inTheWay);
  await engine.checkpointAll();
  assert.equal(engine.info('p').crashSafe, true);
});
