import { fnmatch } from '../../model/fnmatch.ts';
import type { Offer } from '../../model/restoration.ts';

/** A terminal in canonical mode takes no longer line; see termios(3). */
const MAX_LENGTH = 4000;
/** Longer command lines are cut where they are only shown. */
const SHOWN_LENGTH = 200;

/**
 * Controls, invisible and direction-changing characters, halves of surrogate pairs, and what stands
 * for bytes that are no UTF-8: a line with one of these is not what it looks like, or acts when typed.
 */
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;
/** By which a shell starts something else than the line's first word says. */
const OPERATORS = /[;&|<>()`$\n]/;

/** Where a pane's command line is known from. */
export interface KnownCommand {
  readonly text: string;
  /**
   * The user gave it: to zmx, or at a prompt whose shell told it with the pane's nonce. What
   * /proc shows is not, since a program may write there what it likes.
   */
  readonly trusted: boolean;
}

/** Words as a shell takes them literally, whatever is in them. */
export function quoteWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/**
 * What may be typed at the prompt of a restored shell; undefined for a line that must
 * not be. It is run only when the user gave it and a pattern of `restore-commands`
 * allows it: a pattern with wildcards never reaches beyond one plain command.
 */
export function offerOf({ text, trusted }: KnownCommand, allowed: readonly string[]): Offer | undefined {
  const line = text.trim();
  if (line === '' || line.length > MAX_LENGTH || DECEPTIVE.test(line.replaceAll('\n', ''))) return undefined;
  const matches = (pattern: string) => pattern === line || (!OPERATORS.test(line) && fnmatch(pattern, line));
  return { text: line, run: trusted && allowed.some(matches) };
}

/** For messages and for the pane's own line: on one line, nothing in it that acts, and not too long. */
export function showable(text: string): string {
  const line = text.trim().replace(new RegExp(DECEPTIVE, 'gu'), '?');
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH - 1)}…` : line;
}

/**
 * The bytes that put the line at a prompt. In a bracketed paste no newline runs
 * anything; without one, a line that has a newline cannot be typed.
 */
export function typing({ text, run }: Offer, bracketedPaste: boolean): Uint8Array | undefined {
  if (!bracketedPaste && text.includes('\n')) return undefined;
  const typed = bracketedPaste ? `\x1b[200~${text}\x1b[201~` : text;
  return Buffer.from(run ? `${typed}\r` : typed);
}
