import { getSystemErrorMap } from 'node:util';
import { ZmxError } from '../protocol/errors.ts';

/** An error for the user: what the system says of its errno, or the error's own sentence. */
export function sentenceOf(error: unknown): string {
  const { code, message } = ZmxError.info(error);
  for (const [name, text] of getSystemErrorMap().values()) if (name === code) return text;
  return message;
}
