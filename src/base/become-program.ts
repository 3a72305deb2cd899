import { readFileSync } from 'node:fs';
import { native } from './native.ts';

/**
 * This process goes on as another program, with its pid, its terminal and the environment
 * that it was started with, byte by byte: whoever started it and watches it sees no end.
 * @param argv the program's path and its arguments
 * @throws what execve(2) says, with nothing changed
 */
export function becomeProgram(argv: readonly string[]): never {
  const words = Buffer.from(argv.map((word) => `${word}\0`).join(''));
  return native().execProgram(words, readFileSync('/proc/self/environ'));
}
