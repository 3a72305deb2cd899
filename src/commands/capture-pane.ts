import type { CaptureOptions } from '../model/pane-info.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { targetFrom } from './targets.ts';

export const capturePane: Command = {
  name: 'capture-pane',
  alias: 'capturep',
  args: { flags: 'ab:CeE:JNpPqS:t:', minimum: 0, maximum: 0 },
  usage: '[-aCeJNpPq] [-b buffer-name] [-E end-line] [-S start-line] [-t target-pane]',
  async run(context, args) {
    const { pane } = targetFrom(context, args, 'pane');
    if (args.has('a') && !pane.info?.alternate) {
      if (args.has('q')) return;
      throw new CommandError('no alternate screen');
    }
    let text = args.has('P') ? '' : await context.effects.capture(pane.uuid, captureOptions(args));
    if (args.has('C')) text = text.replace(/\\/g, '\\\\').replace(/[\x00-\x09\x0b-\x1f\x7f]/g, octal);
    if (!text.endsWith('\n') && text !== '') text += '\n';
    if (args.has('p')) {
      if (text !== '') context.print(text.slice(0, -1));
      return;
    }
    store(context, args.value('b'), text);
  },
};

function captureOptions(args: Arguments): CaptureOptions {
  const start = lineNumber(args.value('S'), 'start');
  const end = lineNumber(args.value('E'), 'end');
  return {
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    escapes: args.has('e'),
    join: args.has('J'),
    trailing: args.has('N'),
    alternate: args.has('a'),
  };
}

function lineNumber(text: string | undefined, what: string): number | '-' | undefined {
  if (text === undefined || text === '-') return text;
  if (!/^-?\d+$/.test(text)) throw new CommandError(`${what} line invalid`);
  return Number.parseInt(text, 10);
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

function store({ server }: CommandContext, name: string | undefined, text: string): void {
  if (name === undefined) server.buffers.add(text, server.options.number('buffer-limit'), server.now());
  else server.buffers.set(name, text, server.now());
}
