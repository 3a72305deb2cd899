import { isUtf8 } from 'node:buffer';

/**
 * Arguments, paths and environments are bytes to the kernel and strings to us. What is not
 * UTF-8 is kept as private characters, U+10FF80 for byte 0x80 to U+10FFFF for byte 0xff, so
 * that the string travels wherever strings do and gives the same bytes again in the end.
 *
 * Not lone surrogates, as Python's surrogateescape (PEP 383) has it: encoders on the way
 * replace those. A text that has one of these characters itself is escaped too, byte by
 * byte. run-child (src/native/run-child.c) knows the same rule.
 */
const FIRST_ESCAPE = 0x10_ff00;
const ESCAPED = /[\u{10ff80}-\u{10ffff}]/u;
const ESCAPES = /[\u{10ff80}-\u{10ffff}]/gu;

/** Whether the text stands for bytes that are not its own UTF-8. */
export function hasEscapes(text: string): boolean {
  return ESCAPED.test(text);
}

/** Bytes as text, from which `bytesOf` gives them again. */
export function textOf(bytes: Uint8Array): string {
  if (isUtf8(bytes)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
    return hasEscapes(text) ? text.replace(ESCAPES, escaped) : text;
  }
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    const character = bytes.subarray(at, at + length);
    text += length > 0 ? textOf(character) : escapeOf(bytes[at]!);
    at += Math.max(1, length);
  }
  return text;
}

/** The bytes that a text stands for. */
export function bytesOf(text: string): Buffer {
  if (!hasEscapes(text)) return Buffer.from(text);
  const parts: Buffer[] = [];
  for (const character of text) {
    const byte = character.codePointAt(0)! - FIRST_ESCAPE;
    parts.push(byte >= 0x80 ? Buffer.from([byte]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** A path for node's file functions. */
export function pathOf(text: string): string | Buffer {
  return hasEscapes(text) ? bytesOf(text) : text;
}

/** The same for bytes that are kept as one character each, as the protocol has its paths. */
export const textOfLatin1 = (bytes: string): string => textOf(Buffer.from(bytes, 'latin1'));
export const latin1Of = (text: string): string => bytesOf(text).toString('latin1');

/** How many bytes the UTF-8 character at `at` has; 0 for none. */
function characterLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++)
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}

function escaped(character: string): string {
  return [...Buffer.from(character)].map(escapeOf).join('');
}

function escapeOf(byte: number): string {
  return String.fromCodePoint(FIRST_ESCAPE + byte);
}
