import { ZmxError } from '../protocol/errors.ts';

/**
 * Keys as text. ZeroMQ's API takes Z85 (RFC 32 of ZeroMQ), whose alphabet has `#`,
 * `$`, `&` and `(`: one cannot paste it into a shell or begin a line of a file
 * with it. People therefore see 64 hexadecimal digits, and may give either.
 */
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** @throws ZmxError `invalid` unless the length is a multiple of 4. */
export function encodeZ85(data: Uint8Array): string {
  if (data.length % 4 !== 0) throw new ZmxError('invalid', 'Z85 needs a multiple of 4 bytes');
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  let out = '';
  for (let at = 0; at < data.length; at += 4) {
    let value = view.getUint32(at);
    let group = '';
    for (let digit = 0; digit < 5; digit++) {
      group = ALPHABET[value % 85] + group;
      value = Math.floor(value / 85);
    }
    out += group;
  }
  return out;
}

/** @throws ZmxError `invalid` for text that is not Z85. */
export function decodeZ85(z85: string): Uint8Array {
  if (z85.length % 5 !== 0) throw new ZmxError('invalid', 'Z85 text comes in groups of 5 characters');
  const data = new Uint8Array((z85.length / 5) * 4);
  const view = new DataView(data.buffer);
  for (let at = 0; at < z85.length; at += 5) {
    let value = 0;
    for (const char of z85.slice(at, at + 5)) {
      const digit = ALPHABET.indexOf(char);
      if (digit < 0) throw new ZmxError('invalid', `'${char}' is not a character of Z85`);
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) throw new ZmxError('invalid', 'a group of the Z85 text is out of range');
    view.setUint32((at / 5) * 4, value);
  }
  return data;
}

/** A key as people see it: 64 hexadecimal digits. */
export function formatKey(z85: string): string {
  return Buffer.from(decodeZ85(z85)).toString('hex');
}

/**
 * Reads a key that a person gave: 64 hexadecimal digits, or 40 characters of Z85.
 * @throws ZmxError `invalid` with what is wrong.
 */
export function parseKey(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return encodeZ85(Buffer.from(text, 'hex'));
  if (text.length === 40 && decodeZ85(text).length === 32) return text;
  throw new ZmxError('invalid', `'${text}' is not a key: it takes the 64 digits that 'zmx key' prints`);
}
