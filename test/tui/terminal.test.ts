import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { TerminalDriver } from '../support/terminal-driver.ts';

// On a real terminal, under a shell with job control: what is left of the client when it is gone.
const program = join(packageRoot, 'dist', 'test', 'tui', 'support', 'terminal-program.js');

/** A shell whose prompt is `ready$ ` and in which the client has drawn itself; resolves with the client's pid. */
async function withClient(t: TestContext): Promise<{ terminal: TerminalDriver; pid: number }> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    TERM: 'xterm-256color',
    PS1: 'ready$ ',
    LANG: 'C.UTF-8',
  };
  const terminal = new TerminalDriver('bash', ['--norc', '--noprofile', '-i'], {
    env,
    cwd: '/',
    cols: 80,
    rows: 12,
  });
  t.after(() => terminal.dispose());
  await terminal.waitForScreen(/ready\$ $|ready\$$/m);
  terminal.send(`${process.execPath} ${program}\r`);
  const screen = await terminal.waitForScreen(/drawn by \d+/);
  t.after(() => kill(pid));
  const pid = Number(/drawn by (\d+)/.exec(screen)?.[1]);
  return { terminal, pid };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** Nobody may be there to collect its status: a zombie has ended too. */
function hasEnded(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return true;
  }
}

/** The shell is there, and the terminal as it was: screen, modes, echo. */
async function assertRestored(terminal: TerminalDriver): Promise<void> {
  terminal.send('stty -a | grep -o " echo " ; echo status $?\r');
  await terminal.waitForScreen(/^status 0/m);
  const { emulator } = { emulator: terminal.terminal };
  assert.equal(emulator.buffer.active.type, 'normal');
  assert.equal(emulator.modes.mouseTrackingMode, 'none');
  assert.equal(emulator.modes.sendFocusMode, false);
}

test('a detached client leaves the terminal as it was', async (t) => {
  const { terminal } = await withClient(t);
  assert.equal(terminal.terminal.buffer.active.type, 'alternate');
  terminal.send('é\x1b[A');
  await terminal.waitForScreen(/typed: é Up/);
  terminal.send('d');
  await terminal.waitForScreen(/\[detached \(from session work\)\]/);
  await assertRestored(terminal);
});

test('a crash leaves the terminal as it was and its trace where it can be read', async (t) => {
  const { terminal } = await withClient(t);
  terminal.send('x');
  await terminal.waitForScreen(/crashed on purpose[\s\S]*ready\$/);
  await assertRestored(terminal);
});

test('SIGTERM ends the client as a detach does', async (t) => {
  const { terminal, pid } = await withClient(t);
  process.kill(pid, 'SIGTERM');
  await terminal.waitForScreen(/\[terminated\]/);
  await assertRestored(terminal);
});

for (const how of ['SIGTSTP from outside', 'suspend-client']) {
  test(`${how} gives the terminal back until the client is continued`, async (t) => {
    const { terminal, pid } = await withClient(t);
    if (how === 'suspend-client') terminal.send('z');
    else process.kill(pid, 'SIGTSTP');
    await terminal.waitForScreen(/Stopped/);
    await assertRestored(terminal);
    terminal.send('fg\r');
    await terminal.waitForScreen(/drawn by \d+/);
    assert.equal(terminal.terminal.buffer.active.type, 'alternate');
    terminal.send('k');
    await terminal.waitForScreen(/typed: k/);
    terminal.send('d');
    await terminal.waitForScreen(/\[detached/);
    await assertRestored(terminal);
  });
}

test('a client whose terminal is gone ends', async (t) => {
  const { terminal, pid } = await withClient(t);
  terminal.dispose();
  await terminal.waitForExit();
  await eventually(() => hasEnded(pid), { what: `process ${pid} has ended` });
});
