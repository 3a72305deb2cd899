import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually, within } from '../support/eventually.ts';
import { connectTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

/** Why nothing can be mounted for everybody here; undefined: it can. */
function whyNoMount(): string | undefined {
  try {
    fs.closeSync(fs.openSync('/dev/fuse', 'r+'));
  } catch (error) {
    return (error as Error).message;
  }
  if (process.getuid?.() === 0) return undefined;
  return spawnSync('fusermount3', ['--version']).error?.message;
}

const skip = whyNoMount();

describe('zmx mount', skip ? { skip } : {}, () => {
  let hosts: TwoHosts;
  let local: string;
  let project: string;
  const running: ChildProcess[] = [];

  before(async () => {
    hosts = await connectTwoHosts(1);
    local = join(hosts.laptop.temp.home, 'mounted');
    project = join(hosts.devbox.temp.home, 'project');
    fs.mkdirSync(local);
    fs.mkdirSync(project);
    fs.writeFileSync(join(project, 'note'), 'of the host');
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    spawnSync(process.getuid?.() === 0 ? 'umount' : 'fusermount3', [
      process.getuid?.() === 0 ? '-l' : '-uz',
      local,
    ]);
    await hosts?.close();
  });

  const isMounted = () => fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${local} `);

  async function mounted(): Promise<{ child: ChildProcess; ended: Promise<number | null> }> {
    const args = [entryPath('cli/zmx'), 'mount', `devbox:${project}`, local];
    const child = spawn(process.execPath, args, {
      env: hosts.laptop.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.push(child);
    let said = '';
    child.stderr!.on('data', (data: Buffer) => {
      said += data.toString();
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await eventually(() => said.includes('\n') || child.exitCode !== null, { what: 'it is mounted' });
    assert.match(said, /commands run on this machine/);
    return { child, ended };
  }

  it('shows the files of a host, takes writes, and ends by mount -u', async () => {
    const { ended } = await mounted();
    assert.equal(await fs.promises.readFile(join(local, 'note'), 'utf8'), 'of the host');
    await fs.promises.writeFile(join(local, 'answer'), 'of the laptop');
    assert.equal(fs.readFileSync(join(project, 'answer'), 'utf8'), 'of the laptop');
    assert.match((await hosts.laptop.run('mount', `devbox:${project}`, local)).err, /already/);
    await hosts.laptop.ok('mount', '-u', local);
    assert.equal(await within(ended, 'the end of zmx mount'), 0);
    assert.equal(isMounted(), false);
    assert.match((await hosts.laptop.run('mount', '-u', local)).err, /nothing of zmx is mounted/);
  });

  it('takes folders whose names are any bytes', async () => {
    // node passes text only: a shell of this machine makes the bytes
    const script = `zmx() { "$NODE" "$COMMAND" "$@"; }; odd=$(printf 'caf\\351'); mkdir "$0/$odd"; printf there >"$0/$odd/note"
      zmx mount "devbox:$0/$odd" mounted & until [ -e mounted/note ] || ! kill -0 $!; do sleep 0.1; done
      cat mounted/note; zmx mount -u mounted; wait`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script, project], {
      env: { ...hosts.laptop.env, NODE: process.execPath, COMMAND: entryPath('cli/zmx') },
      cwd: hosts.laptop.temp.home,
    });
    assert.equal(stdout, 'there', stderr);
  });

  it('ends by a signal and leaves no mount', async () => {
    const { child, ended } = await mounted();
    child.kill('SIGTERM');
    assert.equal(await within(ended, 'the end of zmx mount'), 0);
    assert.equal(isMounted(), false);
    assert.deepEqual(fs.readdirSync(local), []);
  });

  it('hides nothing', async () => {
    fs.writeFileSync(join(local, 'mine'), '');
    const { code, err } = await hosts.laptop.run('mount', `devbox:${project}`, local);
    assert.deepEqual([code, /not empty/.test(err)], [1, true], err);
  });
});
