import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { native } from '../../../src/base/native.ts';
import { IN_HEADER_BYTES, Op } from '../../../src/portal/fuse/abi.ts';
import { isOneWay } from '../../../src/portal/fuse/requests.ts';
import { FuseServer } from '../../../src/portal/fuse/server.ts';
import { LocalFiles } from '../../support/local-files.ts';

/*
 * The whole server behind a socket that plays /dev/fuse: whatever comes from there, each
 * request is answered exactly once and the server lives.
 */
let folder: string;
let server: FuseServer;
let files: LocalFiles;
let kernel: number;
let stopReading: () => void;
/** Number of answers by request. */
const answers = new Map<bigint, number>();
let progress: () => void = () => {};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zmx-hostile-'));
  mkdirSync(join(folder, 'real', 'sub'), { recursive: true });
  writeFileSync(join(folder, 'real', 'file'), 'content');
  files = new LocalFiles(join(folder, 'real'));
  const [ours, theirs] = native().socketPair();
  kernel = ours;
  server = await FuseServer.start({
    device: { requests: theirs, notifications: openSync('/dev/null', 'w') },
    files,
    owner: { uid: 1, gid: 1 },
    shim: '/shim',
    spoolFolder: folder,
    rescueFolder: folder,
    notice: () => {},
    timeoutMs: 60_000,
  });
  stopReading = native().onReadable(kernel, () => {
    for (let message = native().recvFds(kernel, false); message; message = native().recvFds(kernel, false)) {
      if (message.data.length === 0) return;
      const unique = message.data.readBigUInt64LE(8);
      if (unique !== 0n) answers.set(unique, (answers.get(unique) ?? 0) + 1);
    }
    progress();
  });
});

after(async () => {
  await server.close();
  stopReading();
  files.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Only a deadline. */
const DEADLINE = { timeout: 60_000 };

let unique = 0n;

function header(length: number, opcode: number, node: number): Buffer {
  const request = Buffer.alloc(Math.max(IN_HEADER_BYTES, length));
  request.writeUInt32LE(length, 0);
  request.writeUInt32LE(opcode, 4);
  request.writeBigUInt64LE(++unique, 8);
  request.writeBigUInt64LE(BigInt(node), 16);
  return request;
}

async function answered(expected: readonly bigint[]): Promise<void> {
  await new Promise<void>((resolve) => {
    progress = () => {
      if (expected.every((id) => answers.has(id))) resolve();
    };
    progress();
  });
}

const opcodes = fc.oneof(fc.constantFrom(...Object.values(Op)), fc.integer({ min: 0, max: 0xffff }));
const names = fc.constantFrom('file', 'sub', 'none', '', '.', '..', 'a/b', 'x'.repeat(300), 'sub\0file');
const fields = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 7, 0xffff_ffff), fc.nat()), { maxLength: 24 });
const bodies = fc
  .tuple(fields, names, fc.boolean(), fc.uint8Array({ maxLength: 64 }))
  .map(([numbers, name, ended, rest]) => {
    const head = Buffer.alloc(numbers.length * 4);
    numbers.forEach((value, i) => {
      head.writeUInt32LE(value >>> 0, i * 4);
    });
    return Buffer.concat([head, Buffer.from(ended ? `${name}\0` : name), rest]);
  });
const wrongLengths = fc.oneof(
  { weight: 9, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -40, max: 40 }) },
);

test('each of some thousand hostile requests is answered exactly once', DEADLINE, async () => {
  const requests = fc.array(fc.tuple(opcodes, fc.nat({ max: 6 }), bodies, wrongLengths), {
    minLength: 100,
    maxLength: 100,
  });
  await fc.assert(
    fc.asyncProperty(requests, async (batch) => {
      const expected: bigint[] = [];
      for (const [opcode, node, body, wrong] of batch) {
        if (opcode === Op.DESTROY) continue;
        const request = Buffer.concat([header(IN_HEADER_BYTES, opcode, node), body]);
        request.writeUInt32LE(Math.max(0, request.length + wrong), 0);
        if (!isOneWay(opcode)) expected.push(unique);
        writeSync(kernel, request);
      }
      await answered(expected);
      for (const id of expected) assert.equal(answers.get(id), 1);
    }),
    { seed: 7, numRuns: 40 },
  );
});

test('a message without a whole header is dropped, and the next request is answered', DEADLINE, async () => {
  writeSync(kernel, Buffer.alloc(IN_HEADER_BYTES - 1, 0xff));
  const request = header(IN_HEADER_BYTES + 16, Op.GETATTR, 1);
  writeSync(kernel, request);
  await answered([unique]);
  assert.deepEqual(
    [...answers].filter(([, count]) => count !== 1),
    [],
  );
});
