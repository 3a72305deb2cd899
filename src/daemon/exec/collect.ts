import { open } from 'node:fs/promises';
import { pathOf } from '../../base/byte-text.ts';

/** Side files are a line or two, or the functions of somebody's shell; what is larger is not one. */
const MAX_COLLECTED_BYTES = 256 * 1024;

/** Content of the files that a command was to make, in order; empty where there is none. */
export function collect(paths: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(paths.map((path) => content(path).catch(() => new Uint8Array(0))));
}

async function content(path: string): Promise<Uint8Array> {
  const file = await open(pathOf(path));
  try {
    if (!(await file.stat()).isFile()) return new Uint8Array(0);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(MAX_COLLECTED_BYTES),
      0,
      MAX_COLLECTED_BYTES,
      0,
    );
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
