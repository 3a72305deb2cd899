import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/base/package-root.ts';

it('the demonstration of a reboot shows what is promised', async () => {
  await promisify(execFile)(join(packageRoot, 'test/e2e/reboot.sh'), ['--pause', '0', '--plain']);
});
