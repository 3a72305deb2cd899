import { ENTRY_OUT_BYTES, OUT_HEADER_BYTES } from './abi.ts';
import { direntBytes, direntPlusBytes, putDirent, putEntry, putHeader } from './replies.ts';
import { bodyU32, bodyU64 } from './requests.ts';

/**
 * A folder's names and nodes as they were when reading it began, after opendir(3) or rewinddir(3): offsets
 * into it stay true while files are added and removed, as readdir(3) promises.
 */
export type Snapshot = readonly (readonly [name: string, node: number])[];

/** Of a folder that was opened and not read yet. */
export const UNREAD: Snapshot = [];

export interface Listed {
  /** fuse_attr, 88 bytes. */
  readonly attr: Buffer;
  /** Seconds that the kernel may keep it; 0: it has to look it up by itself. */
  readonly valid: number;
}

/** Offset of st_mode in fuse_attr; the inode number is at its start. */
const MODE_AT = 60;
/** d_ino where it is not known; readdir(3) skips entries with 0. */
const NO_INO = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** Answers READDIR or (`plus`) READDIRPLUS into `answer`: the entries from the request's offset on, as many as fit. */
export function putListing(
  request: Buffer,
  answer: Buffer,
  snapshot: Snapshot,
  plus: boolean,
  about: (node: number) => Listed | undefined,
): number {
  const limit = Math.min(OUT_HEADER_BYTES + bodyU32(request, 16), answer.length);
  let at = OUT_HEADER_BYTES;
  for (let i = bodyU64(request, 8); i < snapshot.length; i++) {
    const [name, node] = snapshot[i]!;
    if (at + (plus ? direntPlusBytes(name) : direntBytes(name)) > limit) break;
    const listed = about(node);
    if (plus) {
      // '.' and '..' are never entered: the kernel knows them.
      const entered = listed && listed.valid > 0 && name !== '.' && name !== '..';
      putEntry(answer, at, entered ? node : 0, entered ? listed.valid : 0, entered ? listed.attr : undefined);
      at += ENTRY_OUT_BYTES;
    }
    const attr = listed?.attr;
    putDirent(
      answer,
      at,
      name,
      attr ? attr.subarray(0, 8) : NO_INO,
      attr ? attr.readUInt32LE(MODE_AT) : 0,
      i + 1,
    );
    at += direntBytes(name);
  }
  putHeader(answer, at, 0, request);
  return at;
}
