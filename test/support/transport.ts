import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorizedKeys } from '../../src/auth/authorized-keys.ts';
import { type KeyPair, makeKeyPair } from '../../src/auth/keys.ts';
import { DisposableStack } from '../../src/base/disposable.ts';
import { type ServerOptions, ZmqServer } from '../../src/transport/server.ts';
import type { Endpoint } from '../../src/transport/types.ts';

/** Long enough for a machine that does everything at once; only ever a deadline. */
export const DEADLINE_MS = 60_000;

/** A folder of its own, a server's and a client's keys, and whatever else is to be closed at the end. */
export class TransportFixture extends DisposableStack {
  readonly folder = mkdtempSync(join(tmpdir(), 'zmx-transport-'));
  readonly serverKeys: KeyPair = makeKeyPair();
  readonly clientKeys: KeyPair = makeKeyPair();
  readonly authorized = new AuthorizedKeys(this.folder);
  readonly socketPath = join(this.folder, 'socket');

  constructor() {
    super();
    this.defer(() => rmSync(this.folder, { recursive: true, force: true }));
    this.authorized.add(this.clientKeys.publicKey, 'the test');
  }

  server(options: ServerOptions = {}): ZmqServer {
    const { serverKeys: keys, authorized } = this;
    return this.use(new ZmqServer({ keys, authorized, ...options }));
  }

  tcp(port: number): Endpoint {
    return { kind: 'tcp', address: '127.0.0.1', port, serverKey: this.serverKeys.publicKey };
  }

  ipc(): Endpoint {
    return { kind: 'ipc', path: this.socketPath };
  }
}

/** Waits until `holds`, looking at every turn of the event loop's timers. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Random numbers below `limit` from a seed (mulberry32), the same in every run. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
