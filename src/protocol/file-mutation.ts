import { decodeVersion, encodeVersion } from './file-codec.ts';
import type { Mutation } from './file-types.ts';
import type { WireMutation } from './messages/files.ts';

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

export function toWire(intent: Intent): WireMutation {
  if (intent.kind === 'write') {
    const { base, ...rest } = intent;
    const ranges = [...intent.ranges];
    return base ? { ...rest, ranges, base: encodeVersion(base) } : { ...rest, ranges };
  }
  if (intent.kind === 'utimens')
    return {
      kind: 'utimens',
      path: intent.path,
      atime: intent.atime === undefined ? undefined : String(intent.atime),
      mtime: intent.mtime === undefined ? undefined : String(intent.mtime),
    };
  return intent;
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
