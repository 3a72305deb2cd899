import { readFileSync } from 'node:fs';
import type { Foreground } from '../../model/restoration.ts';

/** More words than this, or longer ones, are no command line that anybody would want to see again. */
const MAX_BYTES = 16 * 1024;

/**
 * What /proc tells of the process in a pane's foreground.
 * @param quiet without the words: the pane's own program is in front, or its shell tells what it
 * runs, and keeps to itself what is secret.
 */
export function lookAtForeground(pid: number, cwd: string, quiet: boolean): Foreground {
  const umask = umaskOf(pid);
  return { cwd, argv: quiet ? [] : wordsOf(pid), ...(umask !== undefined && { umask }) };
}

export function sameForeground(a: Foreground | undefined, b: Foreground | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** /proc/PID/cmdline; a process may have written anything there, see proc_pid_cmdline(5). */
function wordsOf(pid: number): string[] {
  const text = readText(`/proc/${pid}/cmdline`);
  if (text.length > MAX_BYTES) return [];
  return text
    .replace(/\0+$/, '')
    .split('\0')
    .filter((word, _, all) => all.length > 1 || word !== '');
}

function umaskOf(pid: number): number | undefined {
  const digits = /^Umask:\s*([0-7]+)$/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
