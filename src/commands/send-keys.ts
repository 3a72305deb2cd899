import type { Pane } from '../model/pane.ts';
import type { Target } from '../model/target/find.ts';
import { isSendable } from '../term/keys/key-encoder.ts';
import { normaliseKey } from '../term/keys/key-names.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { runCopyCommand } from './copy-command.ts';
import { type Arguments, parseNumber } from './language/arguments.ts';
import { screenWords } from './screen-words.ts';
import { awaitProgram, expand, targetFrom } from './targets.ts';

const REPEAT_MAXIMUM = 2 ** 31 - 1;

export const sendKeys: Command = {
  name: 'send-keys',
  alias: 'send',
  args: { flags: 'FHlMN:Rt:X', minimum: 0 },
  usage: '[-FHlMRX] [-N repeat-count] [-t target-pane] key ...',
  async run(context, args) {
    const target = targetFrom(context, args, 'pane');
    const { pane } = target;
    const words = args.has('F') ? await expanded(context, args.texts(), target) : args.texts();
    const repeat = args.number('N', 'repeat count', 1, REPEAT_MAXIMUM);
    if (args.has('M')) {
      if (!context.mouse) throw new CommandError('no mouse target');
      await sendMouse(context, pane);
      return;
    }
    if (args.has('X')) {
      if (!pane.inCopyMode) throw new CommandError('not in a mode');
      await runCopyCommand(context, target, words, repeat ?? 1);
      return;
    }
    if (repeat !== undefined && words.length === 0) {
      // -N alone is the count of the next copy-mode command.
      pane.prefixCount = repeat;
      return;
    }
    if (args.has('R')) await context.effects.reset(pane.uuid);
    for (let time = 0; time < (repeat ?? 1); time++)
      for (const word of words) await send(context, pane, args, word);
  },
};

async function expanded(
  context: CommandContext,
  words: readonly string[],
  target: Target,
): Promise<string[]> {
  const extra = await screenWords(context, target, words);
  return words.map((word) => expand(context, word, target, { extra }));
}

async function send(context: CommandContext, pane: Pane, args: Arguments, word: string): Promise<void> {
  const { effects } = context;
  for (const receiver of receivers(pane)) {
    await awaitProgram(context, receiver);
    if (args.has('H')) {
      const byte = /^[0-9A-Fa-f]+$/.test(word)
        ? parseNumber(String(Number.parseInt(word, 16)), 'key', 0, 255)
        : -1;
      if (byte >= 0) await effects.write(receiver.uuid, Uint8Array.of(byte));
    } else if (args.has('l')) await effects.write(receiver.uuid, Buffer.from(word));
    else {
      const key = normaliseKey(word);
      // What is no key's name is typed letter by letter.
      if (key !== undefined && isSendable(key)) await effects.sendKey(receiver.uuid, key);
      else await effects.write(receiver.uuid, Buffer.from(word));
    }
  }
}

/** With synchronize-panes what is typed into one pane goes to all of the window. */
export function receivers(pane: Pane): readonly Pane[] {
  const all = pane.options.flag('synchronize-panes')
    ? pane.window.panes.filter((other) => other === pane || other.options.flag('synchronize-panes'))
    : [pane];
  return all.filter((each) => !each.inputOff && !each.dead);
}

async function sendMouse(context: CommandContext, pane: Pane): Promise<void> {
  if (!pane.inputOff && context.mouse) await context.effects.sendMouse(pane.uuid, context.mouse);
}
