import * as v from 'valibot';

/**
 * How a message is defined: number, name, lane, sender and schema in one place,
 * and the type derived from the schema.
 *
 * Rules of the wire: numbers are never reused; a message only gains optional
 * fields; unknown fields and unknown numbers are ignored by a newer minor.
 */
export type Lane = 'control' | 'bulk';
export type Sender = 'client' | 'daemon' | 'both';

export interface MessageDefinition<N extends string = string, S extends v.GenericSchema = v.GenericSchema> {
  readonly type: number;
  readonly name: N;
  readonly lane: Lane | 'both';
  readonly from: Sender;
  readonly schema: S;
  /** One line for zmx-protocol(7). */
  readonly about: string;
}

export type Body<D extends MessageDefinition> = v.InferOutput<D['schema']>;

export function message<N extends string, E extends v.ObjectEntries>(
  type: number,
  name: N,
  lane: Lane | 'both',
  from: Sender,
  about: string,
  fields: E,
): MessageDefinition<N, v.ObjectSchema<E, undefined>> {
  return { type, name, lane, from, about, schema: v.object(fields) };
}

/** A decoded message: its definition, validated body and raw payload frames. */
export interface Message<D extends MessageDefinition = MessageDefinition> {
  readonly definition: D;
  readonly body: Body<D>;
  readonly payload: readonly Uint8Array[];
}

// Field schemas that many messages share. Each is one check and not a pipe of several: they
// make up most of every message, and a pipe costs five times as much.

/** Unsigned integer up to 2^53-1: ids, sequence numbers, offsets in bytes, times in ms since 1970. */
export const uint = v.custom<number>(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  'expected an unsigned integer',
);
export const int = v.custom<number>((value) => Number.isSafeInteger(value), 'expected an integer');
/** Columns or rows of a terminal: 1 to 10,000. */
export const cells = v.custom<number>(
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10_000,
  'expected an integer from 1 to 10000',
);
/** A name or short text. */
export const text = v.custom<string>(
  (value) => typeof value === 'string' && value.length <= 64 * 1024,
  'expected a text of at most 65536 characters',
);
/** Raw bytes inside the header: for small things such as keys and nonces; content travels as payload. */
export const bytes = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= 64 * 1024,
  'expected at most 65536 bytes',
);
/** An identifier made by nanoid or a UUID: sessions, panes, operations. */
export const id = v.custom<string>(
  (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
  'expected an identifier',
);
export const errorInfo = v.object({
  code: text,
  message: text,
  call: v.optional(text),
  path: v.optional(text),
  retry: v.optional(v.boolean()),
});
/** Environment variables by name. */
export const environment = v.record(v.string(), v.string());
