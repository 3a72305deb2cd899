import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

describe('a pane without a program', () => {
  let user: ZmxUser;
  before(async () => {
    user = new ZmxUser();
    await user.ok('new-session', '-d', '-s', 'work', '-x', '60', '-y', '21', 'cat');
  });
  after(() => user.close());

  const shown = (pane: string, ...flags: string[]) => user.ok('capture-pane', '-p', ...flags, '-t', pane);
  const shows = (pane: string, text: string) =>
    eventually(async () => (await shown(pane)).trimEnd() === text, { what: `${text} in ${pane}` });
  /** `zmx ARGS` with a standard input that stays open. */
  const fed = (...args: string[]): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [entryPath('cli/zmx'), ...args], { env: user.env, cwd: user.temp.home });
  const state = (pane: string) =>
    user.ok(
      'display-message',
      '-p',
      '-t',
      pane,
      '#{pane_dead} #{pane_pid} #{cursor_flag}#{pane_dead_status}',
    );

  it('shows what it is given, each piece as it comes, over a restart of the daemon', async () => {
    const client = fed('split-window', '-dI', '-P', '-F', '#{pane_id}');
    const [id] = (await once(client.stdout, 'data')) as [Buffer];
    const pane = String(id).trim();
    assert.equal(await state(pane), '1 0 0');
    const character = Buffer.from('é');
    client.stdin.write('one\nt\x1b[31mw\x1b[mo ');
    client.stdin.write(character.subarray(0, 1));
    await shows(pane, 'one\ntwo');
    const daemon = user.daemonPid();
    process.kill(daemon, 'SIGKILL');
    await eventually(() => user.daemonPid() !== daemon);
    await shows(pane, 'one\ntwo');
    client.stdin.end(Buffer.concat([character.subarray(1), Buffer.from('\nthree')]));
    const [code] = (await once(client, 'close')) as [number];
    assert.equal(code, 0);
    assert.equal((await shown(pane, '-e')).trimEnd(), 'one\nt\x1b[31mw\x1b[39mo é\nthree');
    assert.equal(await user.ok('display-message', '-p', '-t', pane, '#{pane_restored}'), '0');
    await user.ok('resize-pane', '-t', pane, '-y', '2');
    await shows(pane, 'two é\nthree');

    await user.ok('respawn-pane', '-t', pane, 'echo a program; exec cat');
    await shows(pane, 'a program');
    assert.match(await state(pane), /^0 [1-9]\d* 1$/);
  });

  it('is made by an empty command; nothing is shown in any other pane', async () => {
    const pane = await user.ok('split-window', '-dP', '-F', '#{pane_id}', '');
    const into = async (target: string, text: string) => {
      const client = fed('display-message', '-I', '-t', target);
      client.stdin.on('error', () => {}); // it may end without reading
      client.stdin.end(text);
      let said = '';
      client.stderr.on('data', (piece) => {
        said += piece;
      });
      const [code] = (await once(client, 'close')) as [number];
      return `${code} ${said}`.trim();
    };
    assert.equal(await into(pane, 'shown'), '0');
    assert.equal((await shown(pane)).trimEnd(), 'shown');
    assert.equal(await into('work:0.0', 'not shown'), '1 pane is not empty');
    assert.equal((await shown('work:0.0')).trimEnd(), '');
    await user.ok('send-keys', '-t', pane, 'keys', 'Enter');
    assert.equal((await shown(pane)).trimEnd(), 'shown');
    await user.ok('kill-pane', '-t', pane);
    assert.equal(await into(pane, 'late'), `1 can't find pane: ${pane}`);
  });
});
