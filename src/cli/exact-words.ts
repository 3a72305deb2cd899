import { readFileSync } from 'node:fs';
import { textOf } from '../base/byte-text.ts';

/** The last words of the command line, with the bytes that are not UTF-8, which node has replaced; see byte-text.ts. */
export function exactWords(words: readonly string[]): string[] {
  if (words.length === 0 || !words.some((word) => word.includes('\ufffd'))) return [...words];
  return textOf(readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1).slice(-words.length);
}
