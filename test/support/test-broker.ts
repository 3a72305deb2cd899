import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';
import { RemoteCommands } from '../../src/client/remote-commands.ts';
import { Broker, type BrokerOptions } from '../../src/portal/exec/broker.ts';
import { linkRemotePrograms, makeShimFiles } from '../../src/portal/exec/shim-files.ts';
import { shimFrame } from '../../src/portal/exec/shim-request.ts';
import { Loopback } from './loopback.ts';
import { SHIM, surroundings } from './shim-requests.ts';

export type BrokerParts = Partial<
  Pick<BrokerOptions['files'], 'locate'> & Pick<BrokerOptions, 'whenOutOfReach'>
>;

/** A broker with a remote that never answers, and its shims: `sh` is here, `path/only-there` is not. */
export class TestBroker implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'zmx-broker-'));
  readonly socketPath = join(this.folder, 'sock');
  readonly #link = new Loopback(() => {});
  readonly #commands = new RemoteCommands(this.#link);
  #broker: Broker | undefined;

  /** @param locate where an executable is that the kernel starts a shim for, as its interpreter. */
  static async start({ locate, whenOutOfReach }: BrokerParts = {}): Promise<TestBroker> {
    const test = new TestBroker();
    const shims = makeShimFiles({ folder: test.folder, socketPath: test.socketPath, shadowed: [] });
    linkRemotePrograms(shims, ['only-there', 'node', 'here'], (name) => name === 'here');
    const { shim } = shims;
    symlinkSync(shim, join(test.folder, 'sh'));
    const sh = realpathSync('/bin/sh');
    test.#broker = await Broker.listen({
      socketPath: test.socketPath,
      portal: 'p',
      commands: test.#commands,
      isLinked: () => true,
      whenOutOfReach: whenOutOfReach ?? (() => ({ dispose: () => {} })),
      around: surroundings(),
      files: {
        flush: async () => ({ root: { session: 's', after: 0 } }),
        revalidate: async () => {},
        locate: locate ?? (async (path) => path),
        carry: () => {},
        writeSideFile: () => {},
      },
      realProgram: ({ file }) => (file.endsWith('/sh') ? sh : undefined),
    });
    return test;
  }

  /** The portal has ended; its shims are still there. */
  endBroker(): void {
    this.#broker?.dispose();
  }

  dispose(): void {
    this.endBroker();
    this.#commands.dispose();
    this.#link.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What is not a shim, or is a broken one: noise, requests with wrong bytes in them, and frames of any kind after a good request. */
export async function strangers(socketPath: string, count: number, random: () => number): Promise<void> {
  for (let stranger = 0; stranger < count; stranger++) {
    const bytes = [noise, damagedRequest, framesAfterRequest][stranger % 3]!(random);
    await new Promise<void>((resolve) => {
      const socket = connect(socketPath, () => socket.end(bytes));
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.on('close', () => resolve());
      // a command that was understood waits for its remote
      socket.on('end', () => socket.destroy());
      socket.on('finish', () => setImmediate(() => socket.destroy()));
    });
  }
}

function noise(random: () => number): Buffer {
  const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => random() * 256));
  if (random() < 0.5 && bytes.length >= 4) bytes.writeUInt32LE(bytes.length - 4, 0);
  return bytes;
}

function request(): Buffer {
  return requestOf('/bin/sh', ['sh', '-c', 'make']);
}

/** What the shim of an executable outside of the project sends, which the kernel starts as its interpreter. */
export function scriptRequest(file: string): Buffer {
  return requestOf(file, [SHIM, file]);
}

function requestOf(file: string, argv: readonly string[]): Buffer {
  const words = [`${argv.length}`, ...argv];
  const fields = ['22', '7', '24', '80', '/srv/app', file, ...words, 'TERM=xterm', 'A=b'];
  const text = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(text.length);
  return Buffer.concat([head, text]);
}

function damagedRequest(random: () => number): Buffer {
  const bytes = request();
  for (let damage = Math.floor(random() * 5); damage >= 0; damage--)
    bytes[4 + Math.floor(random() * (bytes.length - 4))] = random() * 256;
  return bytes;
}

function framesAfterRequest(random: () => number): Buffer {
  const frames = Array.from({ length: Math.floor(random() * 6) }, () => {
    const data = Buffer.from(Array.from({ length: Math.floor(random() * 12) }, () => random() * 256));
    return shimFrame('tiswoz'[Math.floor(random() * 6)]!, data);
  });
  return Buffer.concat([request(), ...frames]);
}
