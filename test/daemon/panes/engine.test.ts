import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { nextChange, paneOptions, startEngine, untilScreen, watch } from '../../support/engine.ts';
import { request, startTestHolder } from '../../support/held.ts';

test('a viewer sees what the program draws, and hears of title, bell and exit', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  await client.spawn(request(place, 'p', 'read line; printf "\\033]2;name\\007\\007got $line"; exit 4'));
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  const title = nextChange(engine, 'p', 'title');
  const bell = nextChange(engine, 'p', 'bell');
  const exited = nextChange(engine, 'p', 'exited');
  await client.input('p', 'test', 1, Buffer.from('hello\r'));
  assert.equal((await title).title, 'name');
  await bell;
  assert.deepEqual((await exited).exit, { code: 4, signal: 0 });
  await untilScreen(engine, screen, /got hello/);
  assert.equal(engine.info('p').title, 'name');
});

test('frames build on each other through a flood, and a viewer that does not draw gets few', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  await client.spawn(request(place, 'p', 'read go; seq 1 50000; printf DONE; read go'));
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  let stuck = 0;
  engine.frames.on((frame) => {
    if (frame.viewer === 'stuck') stuck++;
  });
  engine.show('p', 'stuck');
  await client.input('p', 'test', 1, Buffer.from('\r'));
  await untilScreen(engine, screen, /50000\nDONE/);
  assert.deepEqual(
    screen.lines().slice(0, 23),
    Array.from({ length: 23 }, (_, i) => String(49_978 + i)),
  );
  assert.ok(stuck >= 1 && stuck <= 4, `${stuck} frames`);
});

test('a late viewer and one that lost a frame get the whole screen', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  await client.spawn(request(place, 'p', 'printf "one\\r\\ntwo"; read go; client=1; printf three; read go'));
  await engine.open(paneOptions(place, 'p', { cols: 80, rows: 24 }));
  const first = watch(engine, 'p', 'first');
  await untilScreen(engine, first, /one\ntwo/);
  const late = watch(engine, 'p', 'late');
  await untilScreen(engine, late, /one\ntwo/);
  first.seq = -1;
  first.rows = [];
  engine.refresh('p', 'first');
  await untilScreen(engine, first, /one\ntwo/);
});

test('a resize arrives at its place in the output', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  await client.spawn(
    request(place, 'p', 'trap "stty size; exit" WINCH; printf ready; while :; do sleep 0.05; done'),
  );
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /ready/);
  client.resize('p', 40, 10, 1);
  await untilScreen(engine, screen, /10 40/);
  assert.equal(screen.rows.length, 10);
  assert.equal(screen.rows[0]?.cells.length, 40);
  const { cols, rows } = engine.info('p');
  assert.deepEqual({ cols, rows }, { cols: 40, rows: 10 });
});

test('a query is answered once by the emulator', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  const ask = 'stty -echo -icanon min 1; printf "\\033[6n"; dd bs=1 count=6 2>/dev/null | od -An -c; sleep 9';
  await client.spawn(request(place, 'p', ask));
  await engine.open(paneOptions(place, 'p'));
  const screen = watch(engine, 'p');
  await untilScreen(engine, screen, /033 +\[ +1 +; +1 +R/);
});

test('the end of a program that is told while its pane is being closed is no news', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const engine = startEngine(place);
  await client.spawn(request(place, 'p', 'sleep 1000'));
  await engine.open(paneOptions(place, 'p'));
  let ended = false;
  engine.changes.on((change) => {
    ended ||= change.kind === 'exited';
  });
  const [held] = await client.list();
  assert.ok(held);
  const { pid } = held;
  process.kill(pid, 'SIGKILL');
  // This thread stands still until the pane's has told of the end, if it ever does: close() is called before that is read.
  execFileSync('sh', ['-c', `while kill -0 ${pid} 2>/dev/null; do sleep 0.02; done; sleep 0.3`]);
  await engine.close('p', { erase: true });
  assert.equal(ended, false);
});
