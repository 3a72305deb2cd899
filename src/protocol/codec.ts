import { Decoder, Encoder } from '@msgpack/msgpack';
import * as v from 'valibot';
import { ZmxError } from './errors.ts';
import type { Body, Message, MessageDefinition } from './message.ts';

/**
 * A message on the wire is a header frame and raw payload frames. The header is
 * msgpack: [type, body]. Payload stays outside of msgpack so that bulk data is
 * never copied through the encoder.
 */

/** Headers above this are refused unread: the largest honest one is a screen state. */
export const MAX_HEADER_BYTES = 1024 * 1024;

/** Kept, since to make one takes longer than a usual message: its buffer alone is 2 KiB. */
const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

export function encodeHeader<D extends MessageDefinition>(definition: D, body: Body<D>): Uint8Array {
  return encoder.encode([definition.type, body]);
}

/**
 * Reads and validates one header.
 * @throws ZmxError `invalid` for bytes that are no message, `unknown-type` for a number not in `table`.
 */
export function decodeMessage(
  table: ReadonlyMap<number, MessageDefinition>,
  header: Uint8Array,
  payload: readonly Uint8Array[],
): Message {
  if (header.length > MAX_HEADER_BYTES)
    throw new ZmxError('invalid', `message header of ${header.length} bytes is too large`);
  let parsed: unknown;
  try {
    parsed = decoder.decode(header);
  } catch {
    throw new ZmxError('invalid', 'message header is not msgpack');
  }
  if (!Array.isArray(parsed) || parsed.length < 2 || typeof parsed[0] !== 'number')
    throw new ZmxError('invalid', 'message header is not [type, body]');
  const definition = table.get(parsed[0]);
  if (!definition) throw new ZmxError('unknown-type', `message type ${parsed[0]} is unknown here`);
  const result = v.safeParse(definition.schema, parsed[1]);
  if (!result.success) {
    const issue = result.issues[0];
    const where = v.getDotPath(issue) ?? '';
    throw new ZmxError('invalid', `${definition.name}: field ${where || '(body)'}: ${issue.message}`);
  }
  return { definition, body: result.output as Body<MessageDefinition>, payload };
}

export function messageTable(
  definitions: readonly MessageDefinition[],
): ReadonlyMap<number, MessageDefinition> {
  const table = new Map<number, MessageDefinition>();
  for (const definition of definitions) {
    if (table.has(definition.type)) throw new Error(`message number ${definition.type} is taken`);
    table.set(definition.type, definition);
  }
  return table;
}
