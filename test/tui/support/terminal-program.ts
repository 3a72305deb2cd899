import type { Body } from '../../../src/protocol/message.ts';
import { ATTACH, DETACHED, EVENT, SUSPEND } from '../../../src/protocol/messages/sessions.ts';
import { attachClient } from '../../../src/tui/attached-client.ts';
import { FakeDaemon, pane } from './fake-daemon.ts';

/**
 * An attached client on the real terminal, with a daemon of its own: `x` makes it crash,
 * `d` detaches it, `z` suspends it; what else is typed is shown.
 */
const daemon = new FakeDaemon();
const COLS = 80;
let typed = '';
let seq = 0;

function draw(): void {
  seq++;
  const lines = [`drawn by ${process.pid}`, `typed: ${typed}`, '', '', '', '', ''];
  if (seq === 1) daemon.frame('a', lines, { cols: COLS });
  else daemon.frame('a', lines.slice(1, 2), { cols: COLS, rows: 7, seq, base: seq - 1, changed: [1] });
}

daemon.arrived.on(({ definition, body }) => {
  if (definition === ATTACH) {
    queueMicrotask(() => daemon.acceptAttach());
    setImmediate(() => {
      daemon.screen({ panes: [pane('a', 0, COLS, true)] });
      draw();
    });
  } else if (definition === EVENT) onEvent(body as Body<typeof EVENT>);
});

function onEvent({ event }: Body<typeof EVENT>): void {
  if (event.kind !== 'key') return;
  if (event.key === 'x') setImmediate(() => crash());
  else if (event.key === 'd') daemon.deliver(DETACHED, { reason: 'detached', message: '' });
  else if (event.key === 'z') daemon.deliver(SUSPEND, {});
  else {
    typed = `${typed}${event.key} `.slice(-40);
    draw();
  }
}

function crash(): never {
  throw new Error('crashed on purpose');
}

const env = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
const end = await attachClient(daemon, { target: '', cwd: '/', env, tty: '', host: '' });
console.log(end.message);
process.exitCode = end.status;
