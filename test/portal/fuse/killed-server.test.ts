import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../src/base/package-root.ts';
import { eventually } from '../../support/eventually.ts';
import { whyNoMount } from './harness.ts';

const skip = whyNoMount();

test('a killed server leaves nobody stuck, even where a notification waits for a read', {
  timeout: 60_000,
  ...(skip ? { skip } : {}),
}, async () => {
  const server = spawn(process.execPath, [join(packageRoot, 'dist/test/portal/fuse/killed-server.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = (await once(server.stdout, 'data')) as [Buffer];
  // Time for the notification to get as far as the kernel's lock; without it the test is only easier.
  await new Promise((resolve) => setTimeout(resolve, 200));
  server.kill('SIGKILL');
  await once(server, 'exit');
  await eventually(() => hasEnded(String(pid).trim()), { what: 'the program has ended' });
});

/** Ended, or a zombie that nobody waits for. */
function hasEnded(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
