import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZmxError } from '../../src/protocol/errors.ts';
import type { Body } from '../../src/protocol/message.ts';
import { FRAME_TAKEN, FRAME_WANTED } from '../../src/protocol/messages/frames.ts';
import * as messages from '../../src/protocol/messages/sessions.ts';
import { attachClient } from '../../src/tui/attached-client.ts';
import { eventually } from '../support/eventually.ts';
import { attached, begin, detach } from './support/attached-session.ts';
import { FakeDaemon, pane, plainScreen, row } from './support/fake-daemon.ts';
import { FakeTerminal } from './support/fake-terminal.ts';

test('draws what the daemon sends, and gives the terminal back as it was', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  const rows = terminal.rows();
  assert.equal(rows[1], `${'$'.padEnd(20)}│`);
  assert.equal(rows[7], '[work] 1:bash*');
  assert.equal(terminal.emulator.buffer.active.type, 'alternate');
  assert.equal(terminal.emulator.modes.bracketedPasteMode, true);
  assert.equal(terminal.emulator.modes.mouseTrackingMode, 'drag');
  assert.equal(terminal.input.raw, true);
  assert.deepEqual(
    daemon
      .all(FRAME_TAKEN)
      .map(({ pane: name }) => name)
      .sort(),
    ['a', 'b'],
  );

  assert.deepEqual(await detach(session), { message: '[detached (from session work)]', status: 0 });
  assert.equal(terminal.input.raw, false);
  assert.equal(terminal.input.reading, false);
  await eventually(() => terminal.emulator.buffer.active.type === 'normal');
  assert.equal(terminal.emulator.modes.bracketedPasteMode, false);
  assert.equal(terminal.emulator.modes.mouseTrackingMode, 'none');
  assert.equal(terminal.emulator.modes.sendFocusMode, false);
});

test('a frame changes the rows that it names, moves the others, and asks for its base when that is missing', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  daemon.frame('a', ['new'], {
    seq: 2,
    base: 1,
    rows: 7,
    changed: [6],
    scroll: 1,
    cursor: { x: 3, y: 6, visible: true, shape: 0, colour: '' },
  });
  await terminal.shows(
    (rows) => rows[0] === `${'$'.padEnd(20)}│right` && (rows[6]?.startsWith('new') ?? false),
    'the moved rows',
  );
  assert.equal(terminal.emulator.buffer.active.cursorX, 3);
  assert.equal(terminal.emulator.buffer.active.cursorY, 6);

  daemon.frame('a', ['lost'], { seq: 4, base: 3, rows: 7, changed: [0] });
  daemon.frame('a', ['lost'], { seq: 5, base: 4, rows: 7, changed: [0] });
  assert.deepEqual(daemon.all(FRAME_WANTED), [{ pane: 'a' }], 'asked once');
  daemon.frame('a', ['full', '', '', '', '', '', ''], { seq: 6 });
  await terminal.shows((rows) => rows[0]?.startsWith('full') ?? false, 'the full frame');
  await eventually(() => daemon.all(FRAME_TAKEN).some(({ seq }) => seq === 6));
  await detach(session);
});

test('events go out in order; after another daemon those that it had not done go again', async () => {
  const session = begin();
  const { daemon, terminal } = session;
  terminal.type('a');
  assert.deepEqual(daemon.events(), [], 'nothing before the client is attached');
  daemon.acceptAttach();
  await eventually(() => daemon.events().length === 1);
  terminal.type('\x02c\x1b[200~hi\x1b[201~');
  const keys = ['1 key a', '2 key C-b', '3 key c', '4 paste begin', '5 paste piece', '6 paste end'];
  assert.deepEqual(daemon.events(), keys);
  daemon.deliver(messages.EVENTS_DONE, { seq: 3 });

  daemon.epochChanged.emit({ epoch: 'e2', first: false });
  terminal.type('x');
  assert.equal(daemon.events().length, 6, 'held until the new daemon knows the client');
  assert.equal(daemon.all(messages.ATTACH).at(-1)?.client, 'client-1');
  daemon.acceptAttach(4);
  await eventually(() => daemon.events().length === 9);
  assert.deepEqual(daemon.events().slice(6), ['5 paste piece', '6 paste end', '7 key x']);
  await detach(session);
});

test('the mouse names what the user sees: panes, borders, the status line', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  const mouse = () =>
    daemon.all(messages.EVENT).flatMap(({ event }) => (event.kind === 'mouse' ? [event] : []));
  terminal.type('\x1b[<0;24;3M');
  assert.deepEqual(mouse().at(-1), {
    kind: 'mouse',
    key: 'MouseDown1',
    place: 'pane',
    pane: 'b',
    x: 23,
    y: 2,
    paneX: 2,
    paneY: 2,
    range: undefined,
    button: 0,
    release: false,
  });
  terminal.type('\x1b[<0;24;3m\x1b[<0;9;8M\x1b[<0;9;8m');
  assert.equal(mouse().at(-1)?.key, 'MouseUp1');
  assert.equal(mouse().at(-1)?.place, 'status');
  assert.equal(mouse().at(-1)?.range, 'window|1');
  terminal.type('\x1b[<0;21;2M\x1b[<32;19;2M\x1b[<0;19;2m\x1b[<81;3;3M');
  const last = mouse().slice(-5);
  assert.deepEqual(
    last.map(({ key, place, pane: name, paneX }) => `${key} ${place} ${name} ${paneX}`),
    [
      'MouseDown1 border a 20',
      'MouseDrag1 border a 20',
      'MouseDrag1 border a 18',
      'MouseDragEnd1 border a 18',
      'C-WheelDown pane a 2',
    ],
  );
  await detach(session);
});

test('while the link is down the last screen stays, with its age; then it is live again', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  daemon.setState({ kind: 'connecting', since: Date.now() - 1500, why: 'no answer' });
  await terminal.shows((rows) => /right\s+stale \d+ s/.test(rows[0] ?? ''), 'the badge');
  terminal.type('k');
  daemon.setState({ kind: 'live', epoch: 'e1', roundTripMs: 1 });
  await terminal.shows((rows) => rows[0] === `${'left'.padEnd(20)}│right`, 'the screen without the badge');
  assert.equal(daemon.events().at(-1), '1 key k');
  await detach(session);
});

test('while the link is down Enter ~ . leaves, and before there is a session Ctrl-C', async () => {
  const { daemon, terminal, end } = await attached();
  terminal.type('\r~.');
  assert.equal(daemon.events().length, 3, 'the daemon has them while it answers');
  daemon.setState({ kind: 'connecting', since: Date.now() - 10_000, why: 'no answer' });
  await terminal.shows((rows) => /stale \d+ s \(Enter ~ \. leaves\)$/.test(rows[0] ?? ''), 'the way out');
  terminal.type('~.\r~x\r~.');
  assert.deepEqual(await end, { message: '[left: no answer; the session goes on]', status: 1 });
  const waiting = begin();
  waiting.terminal.type('\x03');
  assert.deepEqual(await waiting.end, { message: '', status: 1 });
});

test('a terminal that lags gets the newest state, not every one', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  let seq = 1;
  const change = () => {
    seq++;
    daemon.frame('a', [`${seq} `.repeat(4), 'w', 'x', 'y', 'z', '', `${seq}`], { seq, base: seq - 1 });
  };
  terminal.output.stall();
  await eventually(() => {
    if (terminal.output.writableNeedDrain) return true;
    change();
    return false;
  });
  const taken = daemon.all(FRAME_TAKEN).length;
  const held = terminal.output.writableLength;
  for (let more = 0; more < 200; more++) {
    change();
    await new Promise(setImmediate);
  }
  assert.equal(daemon.all(FRAME_TAKEN).length, taken, 'frames are not acknowledged while they are not drawn');
  assert.equal(terminal.output.writableLength, held, 'nothing is queued for the terminal');
  terminal.output.goOn();
  await terminal.shows((rows) => rows[6]?.startsWith(`${seq} `) ?? false, 'the newest frame');
  await detach(session);
});

test('a new size is told to the daemon and drawn', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  terminal.resize(30, 6);
  assert.deepEqual(daemon.all(messages.EVENT).at(-1)?.event, { kind: 'size', cols: 30, rows: 6 });
  await terminal.shows((rows) => rows[5] === '[work] 1:bash*', 'the status line at the new bottom');
  terminal.resize(1, 1);
  await eventually(() => daemon.all(messages.EVENT).length === 2);
  terminal.resize(40, 8);
  await terminal.shows((rows) => rows[7] === '[work] 1:bash*', 'the old size');
  await detach(session);
});

test('colours and styles of cells arrive as they are where the terminal can show them', async () => {
  const session = begin({ TERM: 'xterm-256color', COLORTERM: 'truecolor' });
  const { daemon, terminal } = session;
  daemon.acceptAttach();
  daemon.screen({ panes: [pane('a', 0, 40, true)] });
  const style = { fg: (3 << 24) | 0x123456, bg: (2 << 24) | 200, ul: 0, flags: 4 | (1 << 8), link: '' };
  daemon.frame('a', [row('styled', 40, style), '', '', '', '', '', ''], { cols: 40 });
  await terminal.shows((rows) => (rows[0] ?? '').startsWith('styled'), 'the row');
  const cell = terminal.emulator.buffer.active.getLine(0)?.getCell(0);
  assert.equal(cell?.isFgRGB() && cell.getFgColor(), 0x123456);
  assert.equal(cell?.isBgPalette() && cell.getBgColor(), 200);
  assert.ok(cell?.isItalic() && cell.isUnderline());
  await detach(session);
});

test('bell, clipboard and title reach the terminal', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  daemon.deliver(messages.BELL, {});
  daemon.deliver(messages.CLIPBOARD, {}, [Buffer.from('copied')]);
  daemon.screen({ title: 'a\x1b]b' });
  await eventually(() => terminal.output.written.includes('\x1b]52;c;Y29waWVk\x1b\\'));
  assert.ok(terminal.output.written.includes('\x07'));
  assert.ok(terminal.output.written.includes('\x1b]2;a ]b\x1b\\'));
  await detach(session);
});

test('a terminal that knows better keyboards is asked for one, and has its own again at the end', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  terminal.type('\x1b[?0u');
  assert.ok(terminal.output.written.includes('\x1b[>5u'));
  terminal.type('\x1b[13;2u\x1b[27u');
  assert.deepEqual(daemon.events(), ['1 key S-Enter', '2 key Escape']);
  await detach(session);
  await eventually(() => /\x1b\[<u.*\x1b\[\?1049l/s.test(terminal.output.written));
});

test('an attach that fails leaves the screen alone', async () => {
  const { daemon, terminal, end } = begin();
  daemon.refuseAttach(new ZmxError('no-target', "can't find session: work"));
  await assert.rejects(end, /can't find session: work/);
  assert.equal(terminal.input.raw, false);
  assert.ok(!terminal.output.written.includes('\x1b[?1049h'));
});

test('each end has its words', async () => {
  const ends: [Body<typeof messages.DETACHED>, string][] = [
    [{ reason: 'exited', message: '' }, '[exited]'],
    [{ reason: 'server-exited', message: '' }, '[server exited]'],
    [
      { reason: 'detached', message: '[detached and SIGHUP (from session work)]' },
      '[detached and SIGHUP (from session work)]',
    ],
  ];
  for (const [body, words] of ends) {
    const { daemon, end } = await attached();
    daemon.deliver(messages.DETACHED, body);
    assert.equal((await end).message, words);
  }
  const refused = await attached();
  refused.daemon.setState({ kind: 'refused', code: 'version', message: 'protocol 2 is needed' });
  await assert.rejects(refused.end, /protocol 2/);
  const gone = await attached();
  gone.terminal.input.emit('end');
  assert.deepEqual(await gone.end, { message: '[lost tty]', status: 1 });
});

test('without a terminal that can be drawn on there is a clear message', async () => {
  await assert.rejects(begin({ TERM: 'dumb' }).end, /terminal "dumb" cannot move its cursor/);
  await assert.rejects(begin({}).end, /set TERM/);
  const terminal = new FakeTerminal();
  const output = Object.assign(terminal.output, { isTTY: false });
  const options = {
    target: '',
    cwd: '/',
    env: { TERM: 'xterm' },
    tty: '',
    host: '',
    input: terminal.input,
    output,
  };
  await assert.rejects(attachClient(new FakeDaemon(), options), /not a terminal/);
});

test('a terminal of one cell does not break anything', async () => {
  const session = begin(undefined, [1, 1]);
  const { daemon, terminal } = session;
  daemon.acceptAttach();
  const items = [{ value: 'v', label: 'l' }];
  const overlay = { kind: 'list' as const, id: 'o', title: 't', items, selected: 0 };
  daemon.screen({ overlay, message: { text: 'hello', style: '' } });
  daemon.frame('a', ['left', '', '', '', '', '', '']);
  await eventually(() => daemon.all(FRAME_TAKEN).length === 1);
  terminal.type('\x1b[<0;1;1M');
  await detach(session);
  assert.equal(plainScreen.panes.length, 2);
});
