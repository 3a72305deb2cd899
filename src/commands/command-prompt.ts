import type { PromptMode, PromptType } from '../model/client.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import type { Arguments } from './language/arguments.ts';
import { commandTarget, openPrompt } from './prompt/open.ts';
import { clientFrom, expand, optionalTarget } from './targets.ts';

const TYPES: readonly PromptType[] = ['command', 'search', 'target', 'window-target'];

export const commandPrompt: Command = {
  name: 'command-prompt',
  args: { flags: '1bFkiI:Np:t:T:', minimum: 0, maximum: 1, blocks: [0] },
  usage: '[-1bFkiN] [-I inputs] [-p prompts] [-t target-client] [-T type] [template]',
  run(context, args) {
    const client = clientFrom(context, args);
    if (client.prompt) return;
    const type = (args.value('T') ?? 'command') as PromptType;
    if (!TYPES.includes(type)) throw new CommandError(`unknown type: ${type}`);
    const target = optionalTarget(context, args, 'pane') ?? context.current;
    const template = args.word(0) ?? '%1';
    const expanded = (text: string) => expand(context, text, target, { client }, { time: true });
    const prompt = openPrompt(context, client, {
      mode: modeOf(args),
      type,
      labels: labelsOf(args, template).map(expanded),
      inputs: (args.value('I') ?? '').split(',').map(expanded),
      template: args.has('F') ? expand(context, template, target, { client }) : template,
      block: args.block(0) !== undefined,
      target: commandTarget(target),
    });
    return args.has('b') ? undefined : { waitFor: prompt };
  },
};

function modeOf(args: Arguments): PromptMode {
  if (args.has('1')) return 'single';
  if (args.has('N')) return 'number';
  if (args.has('i')) return 'incremental';
  return args.has('k') ? 'key' : 'line';
}

/** -p's prompts; else the command of the template in parentheses; else a colon. */
function labelsOf(args: Arguments, template: string): string[] {
  const given = args.value('p');
  if (given !== undefined) return given.split(',').map((label) => `${label} `);
  if (args.word(0) === undefined) return [':'];
  return [`(${/^\S*/.exec(template)![0]}) `];
}
