import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { ZmxUser } from '../support/zmx-user.ts';

describe('commands under way when the daemon is killed', () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
  });
  after(() => user.close());

  const windows = async () => (await user.ok('list-windows', '-F', '#W')).split('\n');

  async function killDaemon(): Promise<void> {
    const pid = user.daemonPid();
    process.kill(pid, 'SIGKILL');
    await eventually(() => user.daemonPid() !== pid);
  }

  it('go on where they were: each is carried out once, whoever waits gets all of the answer', async () => {
    const go = join(user.temp.home, 'go');
    const log = join(user.temp.home, 'log');
    const untilGo = `until test -e ${go}; do sleep 0.05; done`;
    await user.ok('new-session', '-d', '-s', 'work', '-n', 'first', 'cat');
    const made = (name: string) => ['new-window', '-d', '-P', '-F', name, '-n', name, 'cat'];
    const list = [...made('second'), ';', 'run-shell', `${untilGo}; echo waited`, ';', ...made('third')];
    const waiting = user.run(...list);
    await eventually(async () => (await windows()).length === 2);
    await user.ok('run-shell', '-b', `${untilGo}; echo ran >> ${log}`);
    await user.ok('if-shell', '-b', untilGo, 'set -g @chosen yes', 'set -g @chosen no');

    await killDaemon();
    await user.ok('has-session');
    await killDaemon();
    writeFileSync(go, '');
    assert.deepEqual(await waiting, { code: 0, out: 'second\nwaited\nthird\n', err: '' });
    assert.deepEqual(await windows(), ['first', 'second', 'third']);
    await eventually(async () => (await user.ok('show-options', '-gqv', '@chosen')) === 'yes');
    await eventually(() => readFileSync(log, 'utf8') === 'ran\n');
  });

  it('wait for the panes to be taken up, so that formats say what they said before', async () => {
    await user.ok('new-session', '-d', '-s', 'lines', 'seq 500; exec cat');
    const history = () => user.ok('display-message', '-p', '-t', 'lines', '#{history_size}');
    await eventually(async () => (await history()) === '477');
    await killDaemon();
    assert.equal(await history(), '477');
  });

  it('are told and not carried out again when the holder was lost too', async () => {
    const log = join(user.temp.home, 'once');
    const waiting = user.run('run-shell', `echo $$ >> ${log}; exec sleep 1000`);
    const pid = await eventually(() => /^(\d+)\n/.exec(readFileSync(log, 'utf8'))?.[1]);
    // Saved while the command waits.
    await user.ok('set-option', '-g', '@saved', 'yes');
    const holder = user
      .processes()
      .find((pid) => /^zmx-holder/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')));
    assert.ok(holder);
    process.kill(user.daemonPid(), 'SIGKILL');
    process.kill(holder, 'SIGKILL');
    await user.ok('start-server');
    const { code, err } = await waiting;
    assert.equal(code, 1);
    assert.match(err, /not known whether this was carried out.*: run-shell/);
    assert.equal(readFileSync(log, 'utf8'), `${pid}\n`);
    process.kill(Number(pid), 'SIGKILL'); // nobody holds it any more
  });

  it('are given up with the server, and their programs with them', async () => {
    const waiting = user.run('run-shell', 'exec sleep 1000');
    const program = () =>
      user.processes().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1') === 'sleep\x001000\0');
    await eventually(() => program() !== undefined);
    await user.ok('kill-server');
    await waiting;
    await eventually(() => user.processes().length === 0);
  });
});
