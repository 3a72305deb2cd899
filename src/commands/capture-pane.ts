import type { CaptureOptions } from '../model/pane-info.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { targetFrom } from './targets.ts';

/** Buffers are part of the model, which is written whole after each change. Bytes. */
const BUFFER_LIMIT_BYTES = 8 * 1024 * 1024;

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
    const options = captureOptions(args);
    if (args.has('p')) {
      if (!args.has('P')) await context.printPane(pane.uuid, options);
      return;
    }
    const text = args.has('P') ? '' : await textForBuffer(context, pane.uuid, options);
    store(context, args.value('b'), text);
  },
};

function textForBuffer(context: CommandContext, pane: string, options: CaptureOptions): Promise<string> {
  return context.waiting(context.effects.capture(pane, options, BUFFER_LIMIT_BYTES));
}

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
    octal: args.has('C'),
  };
}

function lineNumber(text: string | undefined, what: string): number | '-' | undefined {
  if (text === undefined || text === '-') return text;
  if (!/^-?\d+$/.test(text)) throw new CommandError(`${what} line invalid`);
  return Number.parseInt(text, 10);
}

function store({ server }: CommandContext, name: string | undefined, text: string): void {
  if (name === undefined) server.buffers.add(text, server.options.number('buffer-limit'), server.now());
  else server.buffers.set(name, text, server.now());
}
