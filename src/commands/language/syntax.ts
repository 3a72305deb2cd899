/**
 * Commands as they are parsed: words, and blocks of commands in braces. The tree
 * keeps blocks apart from strings, since answers of a prompt are put into a block
 * word by word and then cannot break its quoting.
 */
export interface CommandLine {
  /** Full name of the command, or the word as it was typed while it is not yet looked up. */
  readonly name: string;
  readonly args: readonly Word[];
  /** Line of the file, from 1. */
  readonly line: number;
  /** The file that it was read from. */
  readonly file?: string;
  /** Commands of one group were joined by `;`: an error ends them all, but not the next line. */
  readonly group: number;
}

export type Word = string | Block;
export interface Block {
  readonly commands: readonly CommandLine[];
}

export class ParseError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'ParseError';
    this.line = line;
  }
}

/**
 * Canonical text: what the parser reads back as the same tree. `escaped`: as
 * list-keys prints it, so that the outer separators survive a shell-like reading.
 */
export function printCommands(commands: readonly CommandLine[], escaped = false): string {
  const separator = escaped ? '\\;' : ';';
  return commands
    .map((command, index) => {
      const next = commands[index + 1];
      if (!next) return printCommand(command);
      return `${printCommand(command)} ${next.group === command.group ? separator : separator + separator} `;
    })
    .join('');
}

function printCommand(command: CommandLine): string {
  return [command.name, ...command.args.map(printWord)].join(' ');
}

function printWord(word: Word): string {
  return typeof word === 'string' ? quote(word) : `{ ${printCommands(word.commands)} }`;
}

/** A word as the parser needs it, quoted only where it must be, in tmux's way. */
export function quote(word: string): string {
  if (word === '') return "''";
  const double = /[ #';${}%]/.test(word);
  const single = !double && /[ "]/.test(word);
  if (word.length === 1 && word !== ' ' && (double || single || word === '~')) return `\\${word}`;
  let escaped = word
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(/\r/g, '\\r')
    .replace(
      /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g,
      (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
  if (double) {
    escaped = escaped.replace(/"/g, '\\"').replace(/\$(?=[A-Za-z_{])/g, '\\$');
    return `"${escaped}"`;
  }
  if (single) return `'${escaped}'`;
  return escaped.startsWith('~') ? `\\${escaped}` : escaped;
}

/** Replaces text in every word, also of blocks. */
export function mapWords(commands: readonly CommandLine[], change: (word: string) => string): CommandLine[] {
  return commands.map((command) => ({
    ...command,
    args: command.args.map((word) =>
      typeof word === 'string' ? change(word) : { commands: mapWords(word.commands, change) },
    ),
  }));
}
