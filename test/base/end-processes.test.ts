import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, it } from 'node:test';
import { nanoid } from 'nanoid';
import { endMounted } from '../../src/base/end-processes.ts';
import { within } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';

const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** Programs that sleep in a mount namespace with a mount of this source, and one in a namespace within. */
async function mounted(source: string): Promise<ChildProcess> {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const line = `mount -t tmpfs ${source} /srv; unshare --mount sleep 1000 & echo ready; exec sleep 1000`;
  const child = spawn('unshare', [...user, '--mount', '--propagation', 'private', 'sh', '-c', line], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  await once(child.stdout!, 'data');
  return child;
}

it('ends what sees the mounts, and nobody else', { skip: whyNoPortal() }, async () => {
  const [ours, other] = [`zmx:${nanoid()}`, `zmx:${nanoid()}`];
  const [first, second] = await Promise.all([mounted(ours), mounted(other)]);
  // Its standard output is also that of the one in the namespace within.
  const ended = once(first.stdout!.resume(), 'close');
  await endMounted(ours);
  await within(ended, 'both have ended');
  assert.deepEqual([second.exitCode, second.signalCode], [null, null]);
  await endMounted(other);
});
