import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorizedKeys } from '../../src/auth/authorized-keys.ts';
import { type KeyPair, makeKeyPair } from '../../src/auth/keys.ts';
import { DisposableStack } from '../../src/base/disposable.ts';
import { type ServerOptions, ZmqServer } from '../../src/transport/server.ts';
import type { Endpoint } from '../../src/transport/types.ts';
import { eventually } from './eventually.ts';
import { seeded } from './seeded.ts';

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

  tcp(port: number): Extract<Endpoint, { kind: 'tcp' }> {
    return { kind: 'tcp', address: '127.0.0.1', port, serverKey: this.serverKeys.publicKey };
  }

  ipc(): Endpoint {
    return { kind: 'ipc', path: this.socketPath };
  }
}

/** Waits until `holds`, for what nobody announces. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  await eventually(holds, { what });
}

/** Random integers below a limit, the same in every run with this seed. */
export function seededBelow(seed: number): (limit: number) => number {
  const random = seeded(seed);
  return (limit) => Math.floor(random() * limit);
}
