import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { RemoteCommands } from '../../../src/client/remote-commands.ts';
import { Broker } from '../../../src/portal/exec/broker.ts';
import { makeShimFiles } from '../../../src/portal/exec/shim-files.ts';
import { Loopback } from '../../support/loopback.ts';
import { seeded } from '../../support/seeded.ts';
import { surroundings } from '../../support/shim-requests.ts';

describe('the shim and its broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-broker-'));
  const socketPath = join(folder, 'sock');
  const link = new Loopback(() => {});
  const commands = new RemoteCommands(link);
  const sh = realpathSync('/bin/sh');
  let broker: Broker;
  let shim: string;
  before(async () => {
    const files = makeShimFiles({
      folder,
      socketPath,
      remotePrograms: ['only-there', 'node', 'here'],
      here: (name) => name === 'here',
      shadowed: [],
    });
    shim = files.shim;
    symlinkSync(shim, join(folder, 'sh'));
    broker = await Broker.listen({
      socketPath,
      portal: 'p',
      commands,
      isLinked: () => true,
      whenOutOfReach: () => ({ dispose: () => {} }),
      around: surroundings(),
      files: {
        flush: async () => ({ session: 's', after: 0 }),
        revalidate: async () => {},
        writeSideFile: () => {},
      },
      realProgram: ({ file }) => (file.endsWith('/sh') ? sh : undefined),
    });
  });
  after(() => {
    broker.dispose();
    commands.dispose();
    link.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (name: string, args: string[], options: { argv0?: string; input?: string } = {}) => {
    const child = spawn(join(folder, name), args, { cwd: folder, argv0: options.argv0 });
    child.stdin.on('error', () => {}); // it may have ended without reading
    child.stdin.end(options.input ?? '');
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { out, err, end: await ended };
  };

  it('is replaced by the program of this machine, with its argv[0], descriptors and status', async () => {
    const { out, err, end } = await run('sh', ['-c', 'cat; echo $0 "$1" >&2; exit 4', 'name', 'a b'], {
      argv0: '-sh',
      input: 'typed',
    });
    assert.deepEqual({ out, err, end }, { out: 'typed', err: 'name a b\n', end: { code: 4, signal: null } });
    assert.deepEqual((await run('sh', ['-c', 'kill -KILL $$'])).end, { code: null, signal: 'SIGKILL' });
  });

  it('says so when this machine has no such program', async () => {
    const { err, end } = await run('path/only-there', []);
    assert.match(err, /^only-there: not found on this machine/);
    assert.deepEqual(end, { code: 127, signal: null });
    // What this machine has, and what agents are made of, has no shim.
    assert.deepEqual(readdirSync(join(folder, 'path')), ['only-there']);
  });

  it('goes on after whatever a stranger sends', async () => {
    const random = seeded(3);
    for (let stranger = 0; stranger < 50; stranger++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => random() * 256));
      if (random() < 0.5 && bytes.length >= 4) bytes.writeUInt32LE(bytes.length - 4, 0);
      await new Promise<void>((resolve) => {
        const socket = connect(socketPath, () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('data', () => {});
        socket.on('close', () => resolve());
      });
    }
    assert.equal((await run('sh', ['-c', 'echo still here'])).out, 'still here\n');
  });

  it('ends with 255 and a sentence when the portal is gone', async () => {
    broker.dispose();
    const { err, end } = await run('sh', ['-c', 'true']);
    assert.match(err, /the portal that this program belongs to is not running/);
    assert.deepEqual(end, { code: 255, signal: null });
  });
});
