import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TerminalDriver } from '../support/terminal-driver.ts';
import { ZmxUser } from '../support/zmx-user.ts';

describe('programs in a pane', () => {
  let user: ZmxUser;
  let terminal: TerminalDriver;
  before(async () => {
    user = new ZmxUser({ COLORTERM: 'truecolor' });
    terminal = user.open(['attach', 'work'], { cols: 100, rows: 30 });
    await terminal.waitForScreen(/\[work\] 0:/);
  });
  after(() => user.close());

  /** Runs a command line in a window of its own, which goes when it ends. */
  const run = (line: string) => user.ok('new-window', '-t', 'work:', '-n', 'test', line);
  const gone = () => terminal.waitForScreen((screen) => !screen.includes('test'));

  for (const shell of ['bash --norc', 'zsh -f', 'fish --no-config'])
    it(`${shell} takes a line and ends`, async () => {
      await run(shell);
      terminal.send('echo shell-is-$(expr 40 + 2)\r');
      await terminal.waitForScreen(/shell-is-42/);
      terminal.send('exit\r');
      await gone();
    });

  it('vim shows a file, takes text and leaves the screen as it was', async () => {
    const file = join(user.temp.home, 'notes');
    writeFileSync(file, Array.from({ length: 100 }, (_, at) => `note ${at + 1}\n`).join(''));
    await run(`vim -u NONE -i NONE ${file}`);
    await terminal.waitForScreen(/note 28/);
    terminal.send('Oinserted by hand\x1b');
    await terminal.waitForScreen(/^inserted by hand/m);
    terminal.send(':wq\r');
    await gone();
  });

  it('less scrolls', async () => {
    await run('seq 1 1000 | less');
    await terminal.waitForScreen(/^1 *$/m);
    terminal.send('G');
    await terminal.waitForScreen(/^1000 *$/m);
    terminal.send('q');
    await gone();
  });

  it('htop draws and leaves', async () => {
    await run('htop');
    await terminal.waitForScreen(/Load average/);
    terminal.send('q');
    await gone();
  });

  it('a program that follows the pointer is told each cell that it passes, and only as long as it asks', async () => {
    const moves = () => terminal.terminal.modes.mouseTrackingMode === 'any';
    await run("stty -icanon -echo; printf '\\033[?1003h\\033[?1006h'; cat -v");
    await terminal.waitForScreen(moves);
    terminal.send('\x1b[<35;5;3M\x1b[<35;5;3M\x1b[<35;6;3M');
    await terminal.waitForScreen(/^\^\[\[<35;5;3M\^\[\[<35;6;3M *$/m);
    terminal.send('\x03');
    await gone();
    await terminal.waitForScreen(() => !moves());
  });

  it('tmux runs inside of a pane', async () => {
    await run(
      `tmux -S ${join(user.temp.root, 'tmux.sock')} -f /dev/null new-session 'echo inner tmux; read line'`,
    );
    await terminal.waitForScreen(/inner tmux/);
    terminal.send('\r');
    await gone();
  });

  it('zmx inside of a pane is refused, unless it is forced', async () => {
    await run('bash --norc');
    const zmx = `${process.execPath} ${join(process.cwd(), 'dist/src/cli/zmx.main.js')}`;
    terminal.send(`${zmx} attach other\r`);
    await terminal.waitForScreen(/sessions should be nested with care, unset \$ZMX to force/);
    terminal.send('exit\r');
    await gone();
  });

  it('truecolor, italics, undercurl, links, wide and combining characters arrive as they were sent', async () => {
    const card = join(user.temp.home, 'card');
    writeFileSync(
      card,
      '\x1b[38;2;10;200;30mT\x1b[0m\x1b[3mI\x1b[0m\x1b[4:3;58;2;1;2;3mU\x1b[0m\x1b[9mS\x1b[0m漢e\u0301.\n',
    );
    await run(`cat ${card}; read line`);
    await terminal.waitForScreen(/TIUS漢e\u0301\./);
    const row = terminal.rows().findIndex((line) => line.includes('TIUS'));
    const line = terminal.terminal.buffer.active.getLine(terminal.terminal.buffer.active.baseY + row);
    assert.equal(line?.getCell(0)?.getFgColor(), 0x0ac81e);
    assert.ok(line?.getCell(0)?.isFgRGB());
    assert.ok(line?.getCell(1)?.isItalic());
    assert.ok(line?.getCell(2)?.isUnderline());
    assert.ok(line?.getCell(3)?.isStrikethrough());
    assert.equal(line?.getCell(4)?.getWidth(), 2);
    terminal.send('\r');
    await gone();
  });
});
