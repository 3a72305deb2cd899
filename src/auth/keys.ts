import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { linkSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../base/folders.ts';
import { ZmxError } from '../protocol/errors.ts';
import { decodeZ85, encodeZ85, formatKey, parseKey } from './z85.ts';

/**
 * This machine's key pair. A CURVE key is a plain Curve25519 key, so node's own
 * X25519 makes, stores and uses it, and this layer needs no ZeroMQ.
 */
export interface KeyPair {
  /** Z85, as ZeroMQ takes it. */
  readonly publicKey: string;
  readonly secretKey: string;
}

/** DER of RFC 8410 before the 32 raw bytes of an X25519 key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const RAW_KEY_BYTES = 32;

export function makeKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return {
    publicKey: encodeZ85(publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES)),
    secretKey: encodeZ85(privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-RAW_KEY_BYTES)),
  };
}

/** The X25519 secret that two key pairs share (RFC 7748). @throws where `publicKey` is no key. */
export function sharedSecret(secretKey: string, publicKey: string): Buffer {
  return diffieHellman({ privateKey: privateKeyOf(secretKey), publicKey: publicKeyOf(publicKey) });
}

/**
 * The key pair in `folder`/key, made on first use. Two processes that make it at
 * once agree on one: the file appears whole, by link(2), which replaces nothing.
 * @throws ZmxError `key-file` when the file is open to others or does not hold a key.
 */
export function loadKeyPair(folder: string): KeyPair {
  const path = join(folder, 'key');
  ensurePrivateFolder(folder);
  const staged = `${path}.${process.pid}.new`;
  for (;;) {
    try {
      return readKeyPair(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const pair = makeKeyPair();
    writeFileSync(
      staged,
      `# The key of this machine for zmx(1). Whoever has the secret line is this machine.\npublic ${formatKey(pair.publicKey)}\nsecret ${formatKey(pair.secretKey)}\n`,
      { mode: 0o600 },
    );
    try {
      linkSync(staged, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(staged, { force: true });
    }
  }
}

function readKeyPair(path: string): KeyPair {
  if (lstatSync(path).mode & 0o077)
    throw new ZmxError('key-file', `${path} is open to others; run: chmod 600 ${path}`);
  const secret = /^secret (\S+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
  if (!secret) throw new ZmxError('key-file', `${path} holds no key; remove it, and a new one is made`);
  const secretKey = parseKey(secret);
  const derived = createPublicKey(privateKeyOf(secretKey)).export({ type: 'spki', format: 'der' });
  return { publicKey: encodeZ85(derived.subarray(-RAW_KEY_BYTES)), secretKey };
}

function privateKeyOf(z85: string): KeyObject {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, decodeZ85(z85)]),
    format: 'der',
    type: 'pkcs8',
  });
}

function publicKeyOf(z85: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, decodeZ85(z85)]), format: 'der', type: 'spki' });
}
