import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileAudit } from '../../src/auth/audit.ts';
import {
  addHost,
  findHost,
  formatTcpAddress,
  parseTcpAddress,
  readHosts,
  removeHost,
} from '../../src/auth/hosts.ts';
import { makeKeyPair } from '../../src/auth/keys.ts';
import { formatKey } from '../../src/auth/z85.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-hosts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('hosts are added, replaced, found and removed; what is wrong is said in a sentence', () => {
  const key = makeKeyPair().publicKey;
  assert.deepEqual(readHosts(folder), []);
  addHost(folder, 'devbox', 'tcp://192.0.2.7:7000', formatKey(key));
  addHost(folder, 'six', 'tcp://[2001:db8::1]:7001', key);
  const moved = addHost(folder, 'devbox', 'tcp://devbox.example:7000', key);
  const expected = { name: 'devbox', address: 'devbox.example', port: 7000, serverKey: key };
  assert.deepEqual(moved, { ...expected, forwardAgent: false });
  assert.deepEqual(
    readHosts(folder).map(({ name, address }) => [name, address]),
    [
      ['six', '2001:db8::1'],
      ['devbox', 'devbox.example'],
    ],
  );
  assert.deepEqual(findHost(folder, 'devbox'), moved);
  assert.throws(() => findHost(folder, 'other'), { code: 'no-host', message: /there are: six, devbox/ });
  addHost(folder, 'six', 'tcp://[2001:db8::1]:7001', key, true);
  assert.equal(findHost(folder, 'six').forwardAgent, true);
  removeHost(folder, 'six');
  assert.throws(() => removeHost(folder, 'six'), { code: 'no-host' });

  assert.throws(() => addHost(folder, '-x', 'tcp://a:1', key), { message: /cannot name a host/ });
  assert.throws(() => addHost(folder, 'x', 'tcp://a:1', 'key'), { message: /is not a key/ });
  for (const wrong of ['a', 'tcp://a', 'tcp://a:0', 'tcp://a:70000', 'tcp://2001:db8::1:7000', 'udp://a:1'])
    assert.throws(() => parseTcpAddress(wrong), { code: 'invalid' }, wrong);
  assert.equal(formatTcpAddress('2001:db8::1', 7001), 'tcp://[2001:db8::1]:7001');

  appendFileSync(join(folder, 'hosts'), 'half a line\n');
  assert.throws(() => readHosts(folder), { code: 'hosts-file', message: /line 2/ });
});

test('the audit is lines that are only ever appended, whatever a client calls itself', () => {
  const path = join(folder, 'audit');
  const complaints: string[] = [];
  const audit = fileAudit(path, (why) => complaints.push(why));
  const { publicKey: key } = makeKeyPair();
  audit({ what: 'joined', key, comment: 'my "laptop"\nrefused', session: 'abc', from: '192.0.2.7' });
  audit({ what: 'refused', key: '', why: 'the key is not authorised' });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] ?? '',
    /^\d{4}-\S+Z joined key=[0-9a-f]{64} comment="my \\"laptop\\"\\nrefused" session="abc" from="192.0.2.7"$/,
  );
  assert.match(lines[1] ?? '', /refused key=none why="the key is not authorised"$/);

  for (let times = 0; times < 500; times++) audit({ what: 'refused', key, why: 'a stranger tries' });
  assert.ok(readFileSync(path, 'utf8').trimEnd().split('\n').length < 100, 'strangers do not fill the disk');

  const impossible = fileAudit(join(path, 'below-a-file'), (why) => complaints.push(why));
  impossible({ what: 'left', key: '' });
  impossible({ what: 'left', key: '' });
  assert.equal(complaints.length, 1);
});
