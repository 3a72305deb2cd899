import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { eventually } from '../../support/eventually.ts';
import { seeded } from '../../support/seeded.ts';
import { type BrokerParts, scriptRequest, strangers, TestBroker } from '../../support/test-broker.ts';

describe('the shim and its broker', () => {
  let broker: TestBroker;
  before(async () => {
    broker = await TestBroker.start();
  });
  after(() => broker?.dispose());

  const run = async (name: string, args: string[], options: { argv0?: string; input?: string } = {}) => {
    const child = spawn(join(broker.folder, name), args, { cwd: broker.folder, argv0: options.argv0 });
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
    assert.deepEqual(readdirSync(join(broker.folder, 'path')), ['only-there']);
  });

  it('goes on after whatever a stranger sends', async () => {
    await strangers(broker.socketPath, 150, seeded(3));
    assert.equal((await run('sh', ['-c', 'echo still here'])).out, 'still here\n');
  });

  it('ends with 255 and a sentence when the portal is gone', async () => {
    broker.endBroker();
    const { err, end } = await run('sh', ['-c', 'true']);
    assert.match(err, /the portal that this program belongs to is not running/);
    assert.deepEqual(end, { code: 255, signal: null });
  });
});

describe('an executable that must be located first', () => {
  const start = async (t: TestContext, parts: BrokerParts) => {
    const broker = await TestBroker.start(parts);
    t.after(() => broker.dispose());
    const socket = connect(broker.socketPath);
    socket.on('error', () => {});
    socket.write(scriptRequest('/opt/tool'));
    return { socket };
  };

  it('has its shim let go when that fails, and nothing else with it', async (t) => {
    const { socket } = await start(t, {
      locate: async () => {
        throw new Error('nobody knows');
      },
    });
    await once(socket.resume(), 'close');
  });

  it('is not run for a shim that was killed meanwhile', async (t) => {
    let asked = (_tell: (file: string) => void): void => {};
    const asking = new Promise<(file: string) => void>((resolve) => {
      asked = resolve;
    });
    let waiting = 0;
    const { socket } = await start(t, {
      locate: () => new Promise((tell) => asked(tell)),
      whenOutOfReach: () => {
        waiting++;
        return {
          dispose: () => {
            waiting--;
          },
        };
      },
    });
    const tell = await asking;
    socket.end();
    await once(socket.resume(), 'close');
    tell('/srv/app/tool');
    await new Promise(setImmediate); // it is decided
    await eventually(() => waiting === 0);
  });
});
