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

// Field schemas that many messages share.

/** Unsigned integer up to 2^53-1: ids, sequence numbers, offsets in bytes, times in ms since 1970. */
export const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const int = v.pipe(v.number(), v.safeInteger());
/** Columns or rows of a terminal: 1 to 10,000. */
export const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
/** A name or short text. */
export const text = v.pipe(v.string(), v.maxLength(64 * 1024));
/** Raw bytes inside the header: for small things such as keys and nonces; content travels as payload. */
export const bytes = v.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length <= 64 * 1024,
);
/** An identifier made by nanoid or a UUID: sessions, panes, operations. */
export const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64), v.regex(/^[A-Za-z0-9_-]+$/));
export const errorInfo = v.object({
  code: text,
  message: text,
  call: v.optional(text),
  path: v.optional(text),
  retry: v.optional(v.boolean()),
});
/** Environment variables by name. */
export const environment = v.record(v.string(), v.string());
