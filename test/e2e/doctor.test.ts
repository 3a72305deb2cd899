import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { packageVersion } from '../../src/base/package-root.ts';
import { connectTwoHosts, freePort, type TwoHosts } from '../support/two-hosts.ts';

describe('zmx doctor', () => {
  let hosts: TwoHosts;
  before(async () => {
    hosts = await connectTwoHosts(1);
  });
  after(() => hosts?.close());

  it('has a line for everything, and its status says whether something is wrong', async () => {
    const { code, out } = await hosts.laptop.run('doctor');
    for (const subject of ['node', '/dev/fuse', 'user namespaces', 'fusermount3', 'C compiler', 'terminal'])
      assert.match(out, new RegExp(`^(ok|note|wrong) +${subject} +\\S`, 'm'));
    for (const subject of ['native programs', 'ZeroMQ', 'runtime folder', 'state folder', 'config folder'])
      assert.match(out, new RegExp(`^ok +${subject} +\\S`, 'm'));
    assert.match(out, new RegExp(`^ok +host devbox +zmx ${packageVersion()}, answers in \\d+ ms$`, 'm'));
    assert.equal(code, /^wrong /m.test(out) ? 1 : 0, out);
  });

  it('names the remedy for a host that does not answer and a folder that is open to others', async () => {
    const { laptop, devbox } = hosts;
    await laptop.ok('host', 'add', 'gone', `tcp://127.0.0.1:${await freePort()}`, await devbox.ok('key'));
    chmodSync(laptop.temp.folders.state, 0o755);
    const { code, out } = await laptop.run('doctor');
    chmodSync(laptop.temp.folders.state, 0o700);
    assert.equal(code, 1);
    assert.match(out, /^wrong +host gone +does not answer: .*daemon --listen/m);
    assert.match(out, /^ok +host devbox /m);
    assert.match(out, /^wrong +state folder .*run: chmod 700/m);
  });
});
