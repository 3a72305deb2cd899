import * as v from 'valibot';
import { ZmxError } from './errors.ts';
import { decodeVersion, encodeVersion } from './file-codec.ts';
import { sayableTime } from './file-time.ts';
import type { BytePath, Mutation } from './file-types.ts';
import { MAX_PATH_BYTES, mutationSchema, type WireMutation } from './messages/files.ts';

type Write = Extract<Mutation, { kind: 'write' }>;
type Append = Extract<Mutation, { kind: 'append' }>;
type Utimens = Extract<Mutation, { kind: 'utimens' }>;

/** A mutation without its content: what travels in a header, is journalled and applied. */
export type Intent =
  | Exclude<Mutation, Write | Append>
  | (Omit<Write, 'ranges'> & {
      readonly ranges: readonly { readonly offset: number; readonly length: number }[];
    })
  | (Omit<Append, 'data'> & { readonly length: number });

/** A mutation as its intent and the parts of its content. */
export function splitMutation(mutation: Mutation): { intent: Intent; parts: readonly Uint8Array[] } {
  if (mutation.kind === 'write') {
    const { ranges, ...rest } = mutation;
    return {
      intent: { ...rest, ranges: ranges.map(({ offset, data }) => ({ offset, length: data.length })) },
      parts: ranges.map(({ data }) => data),
    };
  }
  if (mutation.kind === 'append') {
    const { data, ...rest } = mutation;
    return { intent: { ...rest, length: data.length }, parts: [data] };
  }
  return { intent: mutation, parts: [] };
}

/** @throws ENAMETOOLONG for a path that no message takes: it would be dropped, and never answered */
export function checkPathLength(path: BytePath): void {
  if (path.length <= MAX_PATH_BYTES) return;
  throw new ZmxError('ENAMETOOLONG', `a path in the project has at most ${MAX_PATH_BYTES} bytes`);
}

/** @throws ENAMETOOLONG; EINVAL for what else no message can say */
export function toWire(intent: Intent): WireMutation {
  checkPathLength(intent.path);
  if ('to' in intent) checkPathLength(intent.to);
  const wire = wireOf(intent);
  if (v.is(mutationSchema, wire)) return wire;
  throw new ZmxError('EINVAL', `this ${intent.kind} has a value that cannot be sent to the host`);
}

function wireOf(intent: Intent): WireMutation {
  if (intent.kind === 'write') {
    const { base, ...rest } = intent;
    const ranges = [...intent.ranges];
    return base ? { ...rest, ranges, base: encodeVersion(base) } : { ...rest, ranges };
  }
  if (intent.kind === 'utimens')
    return {
      kind: 'utimens',
      path: intent.path,
      atime: timeOf(intent.atime),
      mtime: timeOf(intent.mtime),
    };
  return intent;
}

function timeOf(time: bigint | 'now' | undefined): string | undefined {
  return typeof time === 'bigint' ? String(sayableTime(time)) : time;
}

export function fromWire(wire: WireMutation): Intent {
  if (wire.kind === 'write') {
    const { base, truncate, create, allocate, ...rest } = wire;
    return {
      ...rest,
      ...(base && { base: decodeVersion(base) }),
      ...(truncate !== undefined && { truncate }),
      ...(create && { create }),
      ...(allocate && { allocate }),
    };
  }
  if (wire.kind === 'utimens') {
    const times: { -readonly [K in 'atime' | 'mtime']?: NonNullable<Utimens[K]> } = {};
    if (wire.atime !== undefined) times.atime = wire.atime === 'now' ? 'now' : BigInt(wire.atime);
    if (wire.mtime !== undefined) times.mtime = wire.mtime === 'now' ? 'now' : BigInt(wire.mtime);
    return { kind: 'utimens', path: wire.path, ...times };
  }
  return wire;
}
