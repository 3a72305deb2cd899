import * as fs from 'node:fs';
import type { Intent } from '../../protocol/file-mutation.ts';
import type { FileAttributes } from '../../protocol/file-types.ts';
import { UNTOLD } from './creation.ts';
import type { Content } from './effects.ts';
import { type FileIdentity, type FileTree, readRange, sameVersion } from './file-tree.ts';

/** File times come from a clock that ticks every 1-10 ms, so they may lie this much before the real one. */
const CLOCK_TICK_NS = 20_000_000n;
const COMPARED_BYTES = 1024 * 1024;
/** Of renameat2(2). */
const RENAME_EXCHANGE = 2;

/** The mutation's paths before it, `path` and `to`; null: not there. */
export interface Before {
  readonly self: FileAttributes | null;
  readonly selfIs: FileIdentity | null;
  readonly otherIs: FileIdentity | null;
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
  | { readonly kind: 'repeat'; readonly made?: FileIdentity; readonly appended?: number }
  | { readonly kind: 'unknown' };

const DONE: Verdict = { kind: 'done' };
const REPEAT: Verdict = { kind: 'repeat' };
const UNKNOWN: Verdict = { kind: 'unknown' };

/**
 * Decides what became of a mutation whose process died between its intent and its
 * result, from the state before it, the file that it was making, and what is there now.
 * Where somebody else may have been at work in between and the two cannot be told
 * apart, the answer is 'unknown': never a second effect.
 */
export function judge(
  tree: FileTree,
  intent: Intent,
  before: Before,
  made: FileIdentity | undefined,
  content: Content,
): Verdict {
  const self = tree.find(intent.path);
  const selfIs = tree.identify(intent.path);
  const same = selfIs === before.selfIs;
  switch (intent.kind) {
    case 'create':
    case 'write':
      if (before.self) return same ? REPEAT : UNKNOWN;
      return judgeCreation(intent, before, self, selfIs, made);
    case 'append':
      return same && before.self && self
        ? judgeAppend(tree, intent.path, before.self, self, content)
        : UNKNOWN;
    case 'mkdir':
    case 'mknod':
      if (before.self || !selfIs) return REPEAT;
      return looksOurs(self, before) ? { kind: 'repeat', made: selfIs } : UNKNOWN;
    case 'symlink':
      if (before.self || !self) return REPEAT;
      return looksOurs(self, before) && tree.readlink(intent.path) === intent.target ? DONE : UNKNOWN;
    case 'unlink':
    case 'rmdir':
      if (!self) return before.self ? DONE : REPEAT;
      return same ? REPEAT : UNKNOWN;
    case 'link': {
      const otherIs = tree.identify(intent.to);
      if (before.otherIs || !otherIs) return REPEAT;
      return otherIs === before.selfIs ? DONE : UNKNOWN;
    }
    case 'rename': {
      const otherIs = tree.identify(intent.to);
      if (same && otherIs === before.otherIs) return REPEAT;
      const left = intent.flags & RENAME_EXCHANGE ? before.otherIs : null;
      return otherIs === before.selfIs && selfIs === left ? DONE : UNKNOWN;
    }
    case 'chmod':
    case 'utimens':
    case 'fsync':
      return same ? REPEAT : UNKNOWN;
  }
}

/** The file was not there before. Writing into it again gives the same bytes; whether it is ours is the question. */
function judgeCreation(
  intent: Extract<Intent, { kind: 'create' | 'write' }>,
  before: Before,
  self: FileAttributes | null,
  selfIs: FileIdentity | null,
  made: FileIdentity | undefined,
): Verdict {
  if (!self) return REPEAT;
  if (selfIs === made) return { kind: 'repeat', made };
  // it died before it could give the name: the file is somebody else's
  if (made === undefined) return REPEAT;
  if (made !== UNTOLD) return UNKNOWN;
  const exclusive = intent.kind === 'create' ? intent.exclusive : intent.create?.exclusive;
  return exclusive && self.size === 0 && looksOurs(self, before) ? UNKNOWN : REPEAT;
}

function judgeAppend(
  tree: FileTree,
  path: string,
  before: FileAttributes,
  self: FileAttributes,
  content: Content,
): Verdict {
  if (sameVersion(self, before)) return REPEAT;
  const there = Math.min(self.size - before.size, content.size);
  if (there < 0) return UNKNOWN;
  const ours = tree.withOpen(path, fs.constants.O_RDONLY, (fd) => {
    for (let at = 0; at < there; ) {
      const part = content.read(at, Math.min(COMPARED_BYTES, there - at));
      if (Buffer.compare(readRange(fd, before.size + at, part.length), part) !== 0) return false;
      at += part.length;
    }
    return true;
  });
  if (!ours) return UNKNOWN;
  return there === content.size ? DONE : { kind: 'repeat', appended: there };
}

function looksOurs(self: FileAttributes | null, before: Before): boolean {
  return !!self && self.uid === process.geteuid?.() && self.ctime >= before.time - CLOCK_TICK_NS;
}
