import { crc32 } from 'node:zlib';

/** `{"sum":"0123abcd",` before the rest of the object. */
const HEAD_BYTES = 18;
const HEAD = /^\{"sum":"([0-9a-f]{8})",$/;

/**
 * An object as JSON that carries its own checksum in its first field, CRC-32 of all that
 * follows that. It stays plain JSON: who does not know the field reads it all the same.
 */
export function encodeChecked(value: object): string {
  const rest = JSON.stringify(value).slice(1);
  return `{"sum":"${crc32(rest).toString(16).padStart(8, '0')}",${rest}`;
}

/**
 * The object, with `sum` still in it.
 * @param before how a file may begin that was written before there were checksums.
 * @throws Error for anything that is not exactly as it was written.
 */
export function decodeChecked(bytes: Uint8Array, before?: string): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sum = HEAD.exec(buffer.toString('latin1', 0, HEAD_BYTES))?.[1];
  if (sum === undefined) {
    if (before === undefined || !buffer.toString('latin1', 0, before.length).startsWith(before))
      throw new Error('it does not begin as it was written');
  } else if (crc32(buffer.subarray(HEAD_BYTES)) !== Number.parseInt(sum, 16))
    throw new Error('its checksum does not hold');
  return JSON.parse(buffer.toString('utf8'));
}
