/**
 * What a shell tells zmx at its prompt, as a sequence in its output:
 *
 *     OSC 7707 ; NONCE ; NUMBER ; KIND [; FIELD]... ST
 *
 * Fields are percent-encoded UTF-8, so that no value can end the sequence or begin another
 * field. A sequence of its own and not OSC 7 and 133, which any program prints: the nonce is
 * known to this pane's shell alone, so that a file that is shown in the pane, or a host that
 * is reached from it, cannot speak for the shell. NUMBER grows with each report of a shell:
 * one that comes again in a replay changes nothing.
 *
 *     started;SHELL          prompt          command;TEXT;CWD      finished;STATUS
 *     cwd;PATH               environment;UMASK;NAME=VALUE;...      (UMASK octal, may be empty)
 *
 * A NAME is encoded too: that of a function that a bash exports is BASH_FUNC_name%%.
 */

import { functionIn, isVariableName, looksLikeFunction } from '../base/exported-function.ts';

export { SHELL_REPORT_OSC } from '../base/shell-report-filter.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

export type ShellReport =
  /** The integration is in place; the shell has not shown a prompt yet. */
  | { readonly kind: 'started'; readonly shell: ShellName }
  /** The shell waits for a command line. */
  | { readonly kind: 'prompt' }
  /** A command line begins to run; '' when the user keeps it out of the shell's history. */
  | { readonly kind: 'command'; readonly text: string; readonly cwd: string }
  /** The last command line has ended with this status, 0-255. */
  | { readonly kind: 'finished'; readonly status: number }
  /** Absolute path, as the shell sees it (symlinks kept). */
  | { readonly kind: 'cwd'; readonly path: string }
  /** All exported variables and functions, sent when one of them or the umask has changed. */
  | {
      readonly kind: 'environment';
      readonly variables: Readonly<Record<string, string>>;
      readonly umask?: number;
    };

export interface NumberedReport {
  /** To be compared with the pane's own before anything else is believed. */
  readonly nonce: string;
  readonly number: number;
  readonly report: ShellReport;
}

/** Linux's PATH_MAX. */
const MAX_PATH_LENGTH = 4096;
/** Of a command line; a longer one is cut, since it is for people and for the history. */
const MAX_COMMAND_LENGTH = 16 * 1024;
/** Of all fields as they are sent; usual environments take some 5 KiB. */
const MAX_REPORT_LENGTH = 512 * 1024;
const MAX_VARIABLES = 4096;
/** Linux's MAX_ARG_STRLEN: a longer one could not be given to any program. */
const MAX_VARIABLE_LENGTH = 128 * 1024;

const NONCE = /^[A-Za-z0-9_-]{16,64}$/;

/** Reads the text of an OSC 7707; undefined for whatever is not exactly a report. */
export function parseShellReport(text: string): NumberedReport | undefined {
  if (text.length > MAX_REPORT_LENGTH) return undefined;
  const [nonce = '', digits = '', kind = '', ...fields] = text.split(';');
  if (!NONCE.test(nonce) || !/^\d{1,15}$/.test(digits)) return undefined;
  const report = reportOf(kind, fields);
  return report && { nonce, number: Number(digits), report };
}

function reportOf(kind: string, fields: readonly string[]): ShellReport | undefined {
  const [first = '', second = ''] = fields;
  switch (kind) {
    case 'started':
      return fields.length === 1 && isShellName(first) ? { kind, shell: first } : undefined;
    case 'prompt':
      return fields.length === 0 ? { kind } : undefined;
    case 'command': {
      const [command, cwd] = [decoded(first), decoded(second)];
      if (fields.length !== 2 || command === undefined || !isPath(cwd)) return undefined;
      return { kind, text: command.slice(0, MAX_COMMAND_LENGTH), cwd };
    }
    case 'finished': {
      const status = /^\d{1,3}$/.test(first) ? Number(first) : 256;
      return fields.length === 1 && status <= 255 ? { kind, status } : undefined;
    }
    case 'cwd': {
      const path = decoded(first);
      return fields.length === 1 && isPath(path) ? { kind, path } : undefined;
    }
    case 'environment':
      return environmentOf(first, fields.slice(1));
    default:
      return undefined;
  }
}

/** A variable that is no UTF-8, or too long for any program, and a function that is none, is left out: it could not be given back. */
function environmentOf(mask: string, fields: readonly string[]): ShellReport | undefined {
  if (fields.length > MAX_VARIABLES || !/^[0-7]{0,4}$/.test(mask)) return undefined;
  const variables: [string, string][] = [];
  for (const field of fields) {
    const equals = field.indexOf('=');
    const name = decoded(field.slice(0, Math.max(0, equals))) ?? '';
    const value = decoded(field.slice(equals + 1));
    if (!isVariableName(name) && !looksLikeFunction(name)) return undefined;
    if (value === undefined || value.length > MAX_VARIABLE_LENGTH) continue;
    if (isVariableName(name) || functionIn(name, value) !== undefined) variables.push([name, value]);
  }
  const umask = mask === '' ? undefined : Number.parseInt(mask, 8);
  return {
    kind: 'environment',
    variables: Object.fromEntries(variables),
    ...(umask !== undefined && { umask }),
  };
}

function isShellName(text: string): text is ShellName {
  return text === 'bash' || text === 'zsh' || text === 'fish';
}

function isPath(path: string | undefined): path is string {
  return path?.startsWith('/') === true && path.length <= MAX_PATH_LENGTH;
}

/** undefined for a broken escape, for bytes that are no UTF-8, and for NUL, which no argument or variable can hold. */
function decoded(field: string): string | undefined {
  try {
    const text = decodeURIComponent(field);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
