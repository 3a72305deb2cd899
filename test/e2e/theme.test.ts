import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { ZmxUser } from '../support/zmx-user.ts';

it('themes/default.conf is the look that zmx has by itself', async () => {
  const user = new ZmxUser();
  try {
    await user.ok('new-session', '-d', '-s', 'work');
    const options = async () =>
      [await user.ok('show-options', '-g'), await user.ok('show-options', '-gw')].join('\n');
    const before = await options();
    await user.ok('source-file', join(packageRoot, 'themes', 'default.conf'));
    assert.equal(await options(), before);
  } finally {
    await user.close();
  }
});
