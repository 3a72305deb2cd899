import * as fs from 'node:fs';
import type { Intent } from '../../protocol/file-mutation.ts';
import type { FileAttributes } from '../../protocol/file-types.ts';
import { type Content, UNKNOWN_INODE } from './effects.ts';
import { type FileTree, readRange, sameVersion } from './file-tree.ts';

/** File times come from a clock that ticks every 1-10 ms, so they may lie this much before the real one. */
const CLOCK_TICK_NS = 20_000_000n;
const COMPARED_BYTES = 1024 * 1024;

/** State of the mutation's paths, `path` and `to`; null: not there. */
export interface Before {
  readonly self: FileAttributes | null;
  readonly other: FileAttributes | null;
  /** ns since 1970, at the intent. */
  readonly time: bigint;
}

export type Verdict =
  /** The effect is complete. */
  | { readonly kind: 'done' }
  /**
   * It did not happen, or not wholly, and carrying on gives what one time gives. `made`: the
   * name is there and ours. `appended`: so many bytes of an append are there.
   */
  | { readonly kind: 'repeat'; readonly made?: bigint; readonly appended?: number }
  | { readonly kind: 'unknown' };

const DONE: Verdict = { kind: 'done' };
const REPEAT: Verdict = { kind: 'repeat' };
const UNKNOWN: Verdict = { kind: 'unknown' };

/**
 * Decides what became of a mutation whose process died between its intent and its
 * result, from the state before it, the inode that it was making, and what is there now.
 * Where somebody else may have been at work in between and the two cannot be told
 * apart, the answer is 'unknown': never a second effect.
 */
export function judge(
  tree: FileTree,
  intent: Intent,
  before: Before,
  made: bigint | undefined,
  content: Content,
): Verdict {
  const self = tree.find(intent.path);
  switch (intent.kind) {
    case 'create':
    case 'write':
      return judgeWrite(intent, before, self, made);
    case 'append':
      return judgeAppend(tree, intent.path, before, self, content);
    case 'mkdir':
    case 'mknod':
      if (before.self || !self) return REPEAT;
      return looksOurs(self, before) ? { kind: 'repeat', made: self.ino } : UNKNOWN;
    case 'symlink':
      if (before.self || !self) return REPEAT;
      return looksOurs(self, before) && tree.readlink(intent.path) === intent.target ? DONE : UNKNOWN;
    case 'unlink':
    case 'rmdir':
      if (!self) return before.self ? DONE : REPEAT;
      // the same inode number may be another file by now, but not with the same ctime
      return self.ino === before.self?.ino && self.ctime === before.self.ctime ? REPEAT : UNKNOWN;
    case 'link': {
      const other = tree.find(intent.to);
      if (before.other || !other) return REPEAT;
      return other.ino === before.self?.ino ? DONE : UNKNOWN;
    }
    case 'rename': {
      const other = tree.find(intent.to);
      const source = before.self?.ino;
      if (self?.ino === source && other?.ino === before.other?.ino) return REPEAT;
      const exchanged = (intent.flags & 2) !== 0;
      const left = exchanged ? before.other?.ino : undefined;
      return other?.ino === source && self?.ino === left ? DONE : UNKNOWN;
    }
    case 'chmod':
    case 'utimens':
    case 'fsync':
      return self?.ino === before.self?.ino ? REPEAT : UNKNOWN;
  }
}

/** Writing the same ranges of the same inode again gives the same bytes. */
function judgeWrite(
  intent: Extract<Intent, { kind: 'create' | 'write' }>,
  before: Before,
  self: FileAttributes | null,
  made: bigint | undefined,
): Verdict {
  if (before.self) return self?.ino === before.self.ino ? REPEAT : UNKNOWN;
  if (!self) return REPEAT;
  if (self.ino === made) return { kind: 'repeat', made };
  // it died before it could give the name: the file is somebody else's
  if (made === undefined) return REPEAT;
  if (made !== UNKNOWN_INODE) return UNKNOWN;
  const exclusive = intent.kind === 'create' ? intent.exclusive : intent.create?.exclusive;
  return exclusive && self.size === 0 && looksOurs(self, before) ? UNKNOWN : REPEAT;
}

function judgeAppend(
  tree: FileTree,
  path: string,
  before: Before,
  self: FileAttributes | null,
  content: Content,
): Verdict {
  if (!self || !before.self) return self === before.self ? REPEAT : UNKNOWN;
  if (self.ino !== before.self.ino) return UNKNOWN;
  if (sameVersion(self, before.self)) return REPEAT;
  const { size } = before.self;
  const there = Math.min(self.size - size, content.size);
  if (there < 0) return UNKNOWN;
  const ours = tree.withOpen(path, fs.constants.O_RDONLY, (fd) => {
    for (let at = 0; at < there; ) {
      const part = content.read(at, Math.min(COMPARED_BYTES, there - at));
      if (Buffer.compare(readRange(fd, size + at, part.length), part) !== 0) return false;
      at += part.length;
    }
    return true;
  });
  if (!ours) return UNKNOWN;
  return there === content.size ? DONE : { kind: 'repeat', appended: there };
}

function looksOurs(self: FileAttributes, before: Before): boolean {
  return self.uid === process.geteuid?.() && self.ctime >= before.time - CLOCK_TICK_NS;
}
