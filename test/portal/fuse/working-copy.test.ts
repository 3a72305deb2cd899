import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorkingCopy } from '../../../src/portal/fuse/working-copy.ts';

/** A write at a place, or a new size. */
type Step = { readonly at: number; readonly data: Uint8Array } | { readonly size: number };

const places = fc.integer({ min: 0, max: 400 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ at: places, data: fc.uint8Array({ minLength: 1, maxLength: 120 }) }),
  fc.record({ size: places }),
);

function resized(content: Buffer, size: number): Buffer {
  return Buffer.concat([content.subarray(0, size), Buffer.alloc(Math.max(0, size - content.length))]);
}

function written(content: Buffer, at: number, data: Uint8Array): Buffer {
  const result = resized(content, Math.max(content.length, at + data.length));
  result.set(data, at);
  return result;
}

test('a working copy reads as the file would, and its writes make the remote the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(steps, { maxLength: 12 }),
      async (old, list) => {
        const copy = new WorkingCopy({ size: old.length, base: undefined, spoolFolder: tmpdir() });
        let expected: Buffer = Buffer.from(old);
        for (const step of list) {
          if ('size' in step) {
            copy.truncate(step.size);
            expected = resized(expected, step.size);
          } else {
            copy.write(step.at, step.data);
            expected = written(expected, step.at, step.data);
          }
        }
        const base = async (at: number, length: number) => old.subarray(at, at + length);
        assert.deepEqual(await copy.read(0, 1000, base), expected);
        assert.deepEqual(await copy.read(37, 50, base), expected.subarray(37, 87));
        assert.deepEqual(copy.whole(old), expected);

        let remote: Buffer = Buffer.from(old);
        for (const { truncate, ranges } of copy.pendingWrites()) {
          if (truncate !== undefined) remote = resized(remote, truncate);
          for (const { offset, data } of ranges) remote = written(remote, offset, data);
        }
        assert.deepEqual(remote, expected);
        copy.dispose();
      },
    ),
    { seed: 11, numRuns: 300 },
  );
});

test('what is too much for memory goes to a spool file, and to the remote in pieces', async () => {
  const copy = new WorkingCopy({ size: 0, base: undefined, spoolFolder: tmpdir() });
  const block = Buffer.alloc(1024 * 1024);
  for (let i = 0; i < 20; i++) copy.write(i * block.length, block.fill(i));
  copy.write(1500, Buffer.from('in the middle'));
  assert.deepEqual(await copy.read(1500, 13, async () => new Uint8Array()), Buffer.from('in the middle'));
  const sizes: number[] = [];
  let next = 0;
  for (const { ranges } of copy.pendingWrites()) {
    sizes.push(ranges.reduce((sum, { data }) => sum + data.length, 0));
    for (const { offset, data } of ranges) {
      assert.equal(offset, next);
      assert.equal(data.at(-1), Math.floor((offset + data.length - 1) / block.length));
      next = offset + data.length;
    }
  }
  assert.deepEqual(
    sizes,
    [8, 8, 4].map((mib) => mib * 1024 * 1024),
  );
  copy.dispose();
});
