import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encodeFrame, type Frame, saltOf } from './framing.ts';
import { type SegmentFileName, segmentPath } from './log-folder.ts';
import { decodeRecord, FrameType } from './record-codec.ts';
import type { MarkRecord } from './records.ts';
import { allFrames } from './segment-reader.ts';

/** Deflated together: what a damaged block costs; larger ones would save a twentieth. */
const BLOCK_BYTES = 64 * 1024;
/** After so much, some 0.2 ms, others of this thread have their turn. */
const SLICE_BYTES = 256 * 1024;
/** Twice the speed of zlib's default for a tenth more bytes. */
const LEVEL = 3;

const deflate = promisify(deflateRaw);

/**
 * Compresses a closed segment, in the thread pool, and takes the place of the original when
 * all of it is on disk. The result is a file of the same kind: the start, an index of the
 * marks, and blocks of the original frames.
 *
 * Deflate and not Brotli, whose lowest levels are slower here for the same size, nor one
 * stream for all: of that, a flipped bit would cost everything behind it.
 * @throws a system error, e.g. ENOSPC; the original stays then.
 */
export async function packSegment(file: SegmentFileName): Promise<void> {
  const { path, number, salt } = file;
  const { mtime } = await stat(path);
  const { start, marks, blocks } = await collect(file);
  const salted = saltOf(salt);
  const packed = segmentPath(dirname(path), number, salt, true);
  const staged = `${packed}.new`;
  const target = await open(staged, 'w', 0o600);
  try {
    const write = async (type: number, place: number, payload: Buffer): Promise<void> => {
      await target.appendFile(encodeFrame(salted, { number: place, time: start?.time ?? 0, type }, payload));
    };
    if (start) await write(FrameType.start, 0, start.payload);
    let next = 1;
    await write(FrameType.index, next++, Buffer.from(JSON.stringify({ marks })));
    for (const block of blocks)
      await write(FrameType.packed, next++, await deflate(Buffer.concat(block), { level: LEVEL }));
    await target.utimes(mtime, mtime);
    await target.sync();
  } catch (error) {
    await target.close();
    await rm(staged, { force: true });
    throw error;
  }
  await target.close();
  await rename(staged, packed);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
  await rm(path, { force: true });
}

/** Good frames as they are in the file, but for the start; in groups. */
async function collect(
  file: SegmentFileName,
): Promise<{ start?: Frame; marks: MarkRecord[]; blocks: Buffer[][] }> {
  const marks: MarkRecord[] = [];
  const blocks: Buffer[][] = [];
  let start: Frame | undefined;
  let room = 0;
  let slice = 0;
  for (const frame of allFrames(file, true)) {
    if (frame.type === 'damage') continue;
    if (frame.type === FrameType.start) {
      start = frame;
      continue;
    }
    const record = frame.type === FrameType.mark ? decodeRecord(frame) : undefined;
    if (record?.kind === 'mark') marks.push(record);
    const bytes = frame.bytes;
    if (bytes.length > room) {
      blocks.push([]);
      room = BLOCK_BYTES;
    }
    blocks.at(-1)?.push(bytes);
    room -= bytes.length;
    slice += bytes.length;
    if (slice < SLICE_BYTES) continue;
    slice = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...(start && { start }), marks, blocks };
}
