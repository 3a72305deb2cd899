import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import * as zmq from 'zeromq';
import { AuthorizedKeys } from '../../src/auth/authorized-keys.ts';
import { loadKeyPair, makeKeyPair, sharedSecret } from '../../src/auth/keys.ts';
import { proofHolds, prove } from '../../src/auth/proof.ts';
import { decodeZ85, encodeZ85, formatKey, parseKey } from '../../src/auth/z85.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-auth-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('Z85 codes as RFC 32 of ZeroMQ has it, and as ZeroMQ itself does', () => {
  const bytes = Uint8Array.from([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
  assert.equal(encodeZ85(bytes), 'HelloWorld');
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const z85 = encodeZ85(key);
      assert.deepEqual(decodeZ85(z85), key);
      assert.equal(parseKey(formatKey(z85)), z85);
    }),
    { seed: 1, numRuns: 200 },
  );
  for (const wrong of ['', 'abc', 'z'.repeat(64), `${'0'.repeat(39)}~`, '#'.repeat(40)])
    assert.throws(() => parseKey(wrong), { code: 'invalid' }, wrong);
});

test('a key made here is a CURVE key, and the other way round', () => {
  const ours = makeKeyPair();
  const theirs = zmq.curveKeyPair();
  assert.deepEqual(
    sharedSecret(ours.secretKey, theirs.publicKey),
    sharedSecret(theirs.secretKey, ours.publicKey),
  );
});

test('a proof holds for exactly what it names', () => {
  const secret = new Uint8Array(32).fill(7);
  const nonce = new Uint8Array(32).fill(9);
  const claim = { epoch: 'e', session: 's', generation: 3, lane: 'bulk' };
  const proof = prove(secret, nonce, claim);
  assert.ok(proofHolds(secret, nonce, claim, proof));
  for (const other of [{ epoch: 'f' }, { session: 't' }, { generation: 4 }, { lane: 'control' }])
    assert.ok(!proofHolds(secret, nonce, { ...claim, ...other }, proof));
  assert.ok(!proofHolds(new Uint8Array(32), nonce, claim, proof));
  assert.ok(!proofHolds(secret, new Uint8Array(), claim, proof));
  assert.ok(!proofHolds(secret, nonce, claim, proof.subarray(1)));
});

test('the key pair of a machine is made once, private, and refused when others can read it', () => {
  const config = join(folder, 'made');
  const made = loadKeyPair(config);
  const path = join(config, 'key');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(loadKeyPair(config), made);
  chmodSync(path, 0o644);
  assert.throws(() => loadKeyPair(config), { code: 'key-file', message: /chmod 600/ });
  writeFileSync(path, 'no key\n');
  chmodSync(path, 0o600);
  assert.throws(() => loadKeyPair(config), { code: 'key-file', message: /remove it/ });
});

test('authorised keys: added once, taken away, read again when the file changes, closed when others can write', () => {
  const config = join(folder, 'authorized');
  const keys = new AuthorizedKeys(config);
  const [one, two] = [makeKeyPair().publicKey, makeKeyPair().publicKey];
  assert.equal(keys.has(one), false);
  assert.equal(keys.add(formatKey(one), 'my  laptop'), true);
  assert.equal(keys.add(one), false);
  assert.equal(keys.comment(one), 'my laptop');
  assert.throws(() => keys.add('nonsense'), { code: 'invalid' });

  writeFileSync(
    keys.path,
    `${readFileSync(keys.path, 'utf8')}# a comment\n\n${formatKey(two)}\nnonsense here\n`,
  );
  assert.deepEqual(
    keys.list().map(({ key }) => key),
    [one, two],
  );
  assert.match(keys.problem ?? '', /line 5: 'nonsense' is not a key/);
  assert.equal(keys.remove(one), true);
  assert.equal(keys.remove(one), false);
  assert.deepEqual([keys.has(one), keys.has(two)], [false, true]);
  assert.match(readFileSync(keys.path, 'utf8'), /# a comment/);

  chmodSync(keys.path, 0o622);
  assert.equal(keys.has(two), false);
  assert.match(keys.problem ?? '', /chmod 600/);
});
