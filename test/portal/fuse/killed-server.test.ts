import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../src/base/package-root.ts';
import { eventually } from '../../support/eventually.ts';
import { whyNoMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };

/** A server on whose mount a program waits in a read, and a notification for that read; and the program's pid. */
async function start(how: 'wait' | 'exit'): Promise<{ server: ChildProcess; pid: string }> {
  const script = join(packageRoot, 'dist', 'test', 'portal', 'fuse', 'killed-server.js');
  const server = spawn(process.execPath, [script, how], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  return { server, pid: String(line).trim() };
}

/** Ended, or a zombie that nobody waits for. */
function hasEnded(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

test('a killed server leaves nobody stuck, even where a notification waits for a read', options, async () => {
  const { server, pid } = await start('wait');
  // Time for the notification to get as far as the kernel's lock; without it the test is only easier.
  await new Promise((resolve) => setTimeout(resolve, 200));
  server.kill('SIGKILL');
  await once(server, 'exit');
  await eventually(() => hasEnded(pid), { what: 'the program has ended' });
});

test('process.exit() ends a server, though its reader waits for the kernel', options, async () => {
  const { server, pid } = await start('exit');
  if (server.exitCode === null) await once(server, 'exit');
  assert.equal(server.exitCode, 3);
  await eventually(() => hasEnded(pid), { what: 'the program has ended' });
});
