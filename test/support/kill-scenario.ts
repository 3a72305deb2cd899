import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { listLogs } from '../../src/archive/log-reader.ts';
import { eventually } from './eventually.ts';
import { loggedOutput, readLog } from './pane-logs.ts';
import { seeded } from './seeded.ts';
import type { TerminalDriver } from './terminal-driver.ts';
import { ZmxUser } from './zmx-user.ts';

export interface KillOptions {
  readonly seed: number;
  readonly kills: number;
  /** Numbered lines that a pane prints meanwhile. */
  readonly lines: number;
}

export interface KillOutcome {
  /** From each kill to an echo that proves the client is back, ms. */
  readonly backMs: readonly number[];
}

/** A kill comes after so long at most, ms: long enough that some land in the middle of a checkpoint, some in idleness. */
const MAX_PAUSE_MS = 400;

/**
 * A person works in four panes while the daemon is killed again and again: one prints
 * numbered lines, one has vim with unsaved text, one sleeps, and one takes what the
 * person types. Afterwards everything must be as if nothing had happened.
 */
export async function surviveKills({ seed, kills, lines }: KillOptions): Promise<KillOutcome> {
  const random = seeded(seed);
  const user = new ZmxUser();
  try {
    const typed = join(user.temp.home, 'typed');
    const terminal = user.open(['attach', 'work'], { cols: 120, rows: 40 });
    await terminal.waitForScreen(/\[work\] 0:/);
    await user.ok('set', '-g', 'history-limit', String(lines + 1000));
    await user.ok('new-window', '-d', '-t', 'work:', '-n', 'lines', `seq 1 ${lines}; exec cat`);
    await user.ok(
      'new-window',
      '-d',
      '-t',
      'work:',
      '-n',
      'vim',
      'vim -u NONE -i NONE -n -c "set noswapfile" unsaved',
    );
    await user.ok('new-window', '-d', '-t', 'work:', '-n', 'sleep', 'sleep 1000; exec cat');
    await user.ok('send-keys', '-t', 'work:vim', 'itext that is in no file', 'Escape');
    const vim = await eventually(async () => {
      const screen = await user.ok('capture-pane', '-p', '-t', 'work:vim');
      return screen.includes('text that is in no file') && screen;
    });
    const panes = await user.ok('list-panes', '-a', '-F', '#{pane_id} #{pane_pid}');
    terminal.send(`cat > ${typed}\r`);
    await terminal.waitForScreen(/cat >/);

    const backMs: number[] = [];
    for (let kill = 1; kill <= kills; kill++) {
      await pause(random() * MAX_PAUSE_MS);
      const daemon = user.daemonPid();
      terminal.send(`before-${kill}\r`);
      process.kill(daemon, 'SIGKILL');
      const killedAt = performance.now();
      terminal.send(`after-${kill}\r`);
      await terminal.waitForScreen(new RegExp(`^after-${kill} *$`, 'm'));
      backMs.push(performance.now() - killedAt);
      assert.notEqual(user.daemonPid(), daemon, 'another daemon runs');
    }
    terminal.send('\x04');
    await checkAfterwards(user, terminal, { typed, vim, panes, kills, lines });
    return { backMs };
  } finally {
    await user.close();
  }
}

/** The log of the pane in this window, as lines. */
function logged(user: ZmxUser, window: string): string[] {
  const log = listLogs(join(user.temp.folders.state, 'default')).find(({ meta }) => meta?.window === window);
  const output = log ? loggedOutput(readLog(log.folder)).toString() : '';
  return output.split('\r\n').filter((line) => line !== '');
}

async function checkAfterwards(
  user: ZmxUser,
  terminal: TerminalDriver,
  before: { typed: string; vim: string; panes: string; kills: number; lines: number },
): Promise<void> {
  assert.equal(
    await user.ok('list-panes', '-a', '-F', '#{pane_id} #{pane_pid}'),
    before.panes,
    'the same pids',
  );
  const expected = Array.from(
    { length: before.kills },
    (_, at) => `before-${at + 1}\nafter-${at + 1}\n`,
  ).join('');
  await eventually(() => readFileSync(before.typed, 'utf8').length >= expected.length);
  assert.equal(readFileSync(before.typed, 'utf8'), expected, 'each typed line once and in order');
  assert.equal(await user.ok('capture-pane', '-p', '-t', 'work:vim'), before.vim, "vim's screen");

  const last = String(before.lines);
  const text = await eventually(async () => {
    const captured = await user.ok('capture-pane', '-p', '-S', '-', '-t', 'work:lines');
    return captured.split('\n').includes(last) && captured;
  });
  const numbers = text.split('\n').filter((line) => line !== '');
  assert.equal(numbers.length, before.lines, 'as many lines as were printed');
  numbers.forEach((line, at) => {
    if (line !== String(at + 1)) assert.fail(`line ${at + 1} of the history is ${line}`);
  });
  await eventually(() => logged(user, 'lines').length >= before.lines);
  logged(user, 'lines').forEach((line, at) => {
    if (line !== String(at + 1)) assert.fail(`line ${at + 1} of the log is ${line}`);
  });
  terminal.send('echo still-$((6*7))\r');
  await terminal.waitForScreen(/still-42/);
}
