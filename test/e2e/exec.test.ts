import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { entryPath } from '../../src/base/package-root.ts';
import { connectHolder } from '../../src/holder/start-holder.ts';
import { eventually } from '../support/eventually.ts';
import { connectTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

describe('zmx exec', () => {
  let hosts: TwoHosts;
  before(async () => {
    hosts = await connectTwoHosts(2);
  });
  after(() => hosts.close());

  const exec = (script: string, input = '') => {
    const child = spawn(
      process.execPath,
      [entryPath('cli/zmx'), 'exec', 'devbox', '--', 'sh', '-c', script],
      {
        env: hosts.laptop.env,
      },
    );
    const outcome = { out: '', err: '', bytes: 0 };
    child.stdout.on('data', (data: Buffer) => {
      outcome.out += data.toString('latin1');
    });
    child.stderr.on('data', (data: Buffer) => {
      outcome.err += data.toString();
    });
    child.stdin.end(input);
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, out: outcome.out, err: outcome.err }));
    });
    return { child, outcome, ended };
  };

  it('passes input, both outputs and the status', async () => {
    const { code, out, err } = await exec('cat; echo error >&2; exit 7', 'typed\n').ended;
    assert.deepEqual({ code, out, err }, { code: 7, out: 'typed\n', err: 'error\n' });
  });

  it('passes arguments that are not UTF-8 byte by byte', async () => {
    const command =
      'exec "$0" "$1" exec devbox -- sh -c \'printf %s "$1" | od -An -tx1\' sh "$(printf "a\\200b")"';
    const { stdout } = await promisify(execFile)(
      'sh',
      ['-c', command, process.execPath, entryPath('cli/zmx')],
      {
        env: hosts.laptop.env,
      },
    );
    assert.equal(stdout, ' 61 80 62\n');
  });

  it('says so when there is no such program', async () => {
    const child = await hosts.laptop.run('exec', 'devbox', '--', 'no-such-program');
    assert.equal(child.code, 127);
    assert.match(child.err, /no-such-program/);
  });

  it('loses nothing of a large output', async () => {
    const { code, out } = await exec('seq 1 400000').ended;
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 400_000);
    assert.ok(lines.every((line, at) => line === String(at + 1)));
  });

  it('is not run again when the host restarts: its outcome is unknown', async () => {
    const file = join(hosts.devbox.temp.home, 'ran');
    const { outcome, ended } = exec(`echo once >> ${file}; echo begun; sleep 600`);
    await eventually(() => outcome.out.includes('begun'));
    hosts.reboot();
    const { code, err } = await ended;
    assert.equal(code, 255);
    assert.match(err, /^zmx exec: outcome unknown: the host restarted$/m);
    assert.equal(readFileSync(file, 'utf8'), 'once\n');
  });

  it('is hung up on when it is killed here, also while the daemon there is away; what it left in the background stays', async () => {
    const { child } = exec('setsid sleep 606 & sleep 605 & wait');
    const running = (line: string) => hosts.devbox.processes().find((pid) => commandOf(pid) === line);
    await eventually(() => running('sleep 605') !== undefined && running('sleep 606') !== undefined);
    child.kill('SIGKILL');
    process.kill(hosts.devbox.daemonPid(), 'SIGKILL');
    await eventually(() => running('sleep 605') === undefined);
    const background = running('sleep 606');
    assert.ok(background);
    process.kill(background);
  });

  it('is forgotten there once it has ended, also when the daemon there was killed meanwhile', async () => {
    const { outcome, ended } = exec('echo begun; cat');
    await eventually(() => outcome.out.includes('begun'));
    process.kill(hosts.devbox.daemonPid(), 'SIGKILL');
    assert.equal((await ended).code, 0);
    const { runtime, state } = hosts.devbox.temp.folders;
    const place = { runtime: join(runtime, 'default'), state };
    await eventually(async () => {
      const { client } = await connectHolder(place, { daemon: false });
      client.dispose();
      return client.welcome.panes.length === 0;
    });
  });

  it('goes on when the daemon there is killed and the connection cut', async () => {
    const { outcome, ended } = exec(
      'for i in $(seq 1 60); do echo $i; sleep 0.05; done; read line; echo got $line; exit 3',
      'answer\n',
    );
    for (const seen of ['\n5\n', '\n25\n']) {
      await eventually(() => outcome.out.includes(seen));
      process.kill(hosts.devbox.daemonPid(), 'SIGKILL');
      hosts.proxy.cut();
    }
    const { code, out, err } = await ended;
    const expected = Array.from({ length: 60 }, (_, at) => `${at + 1}\n`).join('');
    assert.deepEqual({ code, out, err }, { code: 3, out: `${expected}got answer\n`, err: '' });
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it has ended
  }
}
