import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { bytesOf } from '../../../src/base/byte-text.ts';
import {
  parseRequest,
  requestLength,
  ShimFrameReader,
  shimFrame,
} from '../../../src/portal/exec/shim-request.ts';

const encode = (fields: readonly string[]) => {
  const text = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(text.length);
  return Buffer.concat([head, text]);
};

it('reads what the shim says', () => {
  const fields = [
    '22',
    '10',
    '30',
    '100',
    '/srv/app',
    '/bin/sh',
    '3',
    'sh',
    '-c',
    'echo ü',
    'A=1=2',
    '=x',
    'B=',
  ];
  const request = parseRequest(encode(fields));
  assert.deepEqual(request.argv, ['sh', '-c', 'echo ü']);
  assert.deepEqual(
    [...request.env],
    [
      ['A', '1=2'],
      ['B', ''],
    ],
  );
  assert.deepEqual([request.umask, request.rows, request.cols, request.noInput], [0o22, 30, 100, true]);
  assert.deepEqual(request.terminal, { stdin: false, stdout: true, stderr: false });
});

it('keeps arguments that are not UTF-8', () => {
  const bytes = encode(['22', '0', '24', '80', '/', 'ls', '2', 'ls', 'x']);
  bytes[bytes.length - 2] = 0xff;
  const [, argument = ''] = parseRequest(bytes).argv;
  assert.deepEqual(bytesOf(argument), Buffer.from([0xff]));
});

it('refuses anything else with an error, and never with a crash', () => {
  assert.equal(requestLength(Buffer.from([1, 2])), undefined);
  assert.throws(() => requestLength(Buffer.from([255, 255, 255, 255])));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parseRequest(Buffer.from(bytes));
      } catch (error) {
        assert.match(String(error), /malformed shim request/);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

it('splits frames wherever the pieces are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.integer({ min: 1, max: 20 }),
      (frames, size) => {
        const bytes = Buffer.concat(frames.map((data) => shimFrame('o', data)));
        const reader = new ShimFrameReader();
        const read: number[][] = [];
        for (let at = 0; at < bytes.length; at += size)
          for (const { type, data } of reader.push(bytes.subarray(at, at + size))) {
            assert.equal(type, 'o');
            read.push([...data]);
          }
        assert.deepEqual(
          read,
          frames.map((data) => [...data]),
        );
      },
    ),
    { seed: 2, numRuns: 100 },
  );
});
