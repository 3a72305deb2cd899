import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** What tmux 3.3a shows for the same commands. */
describe('a pane whose program has ended, with remain-on-exit', () => {
  let user: ZmxUser;
  before(async () => {
    user = new ZmxUser();
    await user.ok('new-session', '-d', '-s', 'ends', '-x', '60', '-y', '9', 'cat');
    await user.ok('set-option', '-g', 'remain-on-exit', 'on');
  });
  after(() => user.close());

  const shown = (pane: string, ...flags: string[]) => user.ok('capture-pane', '-p', ...flags, '-t', pane);

  /** Runs a command in a window of its own; resolves with the pane when it shows its end. */
  async function ended(command: string): Promise<string> {
    const pane = await user.ok('new-window', '-dP', '-F', '#{pane_id}', command);
    await eventually(async () => /dead|-- /.test(await shown(pane)));
    return pane;
  }

  it('says so in its last row, under everything', async () => {
    const failed = await ended('echo hello; exit 3');
    assert.match(await shown(failed), /^\n{8}Pane is dead \(status 3, \w{3} \w{3} .*\d{4}\)$/);
    assert.equal(await shown(failed, '-S', '-', '-E', '-1'), 'hello');
    assert.equal(await user.ok('display-message', '-p', '-t', failed, '#{cursor_flag}'), '0');
    const killed = await ended('kill -9 $$');
    assert.match(await shown(killed), /Pane is dead \(signal 9, \w{3} \w{3} /);
    await user.ok('respawn-pane', '-t', killed, 'echo anew; exec cat');
    await eventually(async () => /^anew\n*$/.test(await shown(killed)));
    assert.equal(await user.ok('display-message', '-p', '-t', killed, '#{cursor_flag}'), '1');
  });

  it('in the words and colours of the format, whatever state the program left the terminal in', async () => {
    const format = '#[fg=red]-- #{pane_dead_status}#[align=right,bg=blue]end';
    await user.ok('set-option', '-g', 'remain-on-exit-format', format);
    const state = '\\033[?1049h\\033[2;5r\\033[?6h\\033(0\\033[4hfull\\033]0;title\\007\\033]0;cut';
    const pane = await ended(`printf '${state}'; exit 7`);
    assert.equal((await shown(pane)).split('\n').at(-1), `-- 7${' '.repeat(53)}end`);
    assert.match(await shown(pane, '-e'), /\n\x1b\[31m--.*7.* \x1b\[31m\x1b\[44mend$/);
    assert.equal(
      await user.ok('display-message', '-p', '-t', pane, '#{alternate_on} #{pane_title}'),
      '1 title',
    );
  });

  it('once, also when the daemon is killed; and it takes other sizes like any pane', async () => {
    await user.ok('set-option', '-g', 'remain-on-exit-format', '-- #{pane_dead_status}');
    const pane = await ended('echo hello; exit 3');
    const before = await shown(pane, '-S', '-');
    process.kill(user.daemonPid(), 'SIGKILL');
    assert.equal(await shown(pane, '-S', '-'), before);
    await user.ok('split-window', '-t', pane, '-l', '5', 'cat');
    await eventually(async () => (await shown(pane)) === '\n\n-- 3');
    await user.ok('kill-pane', '-a', '-t', pane);
    await eventually(async () => (await shown(pane, '-S', '-')) === before);
  });
});
