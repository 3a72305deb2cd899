import { functionIn, isVariableName, shownName } from '../base/exported-function.ts';
import { findTarget, type Target } from '../model/target/find.ts';
import { quoteWord } from '../model/words.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError } from './context.ts';
import { environmentOf } from './spawn.ts';

/** Variables that differ between any two shells. */
const OWN = new Set(['_', 'OLDPWD', 'PWD', 'SHLVL']);

/** The environment of a pane: what its shell has told last, else that with which its program was started. */
export const env: Command = {
  name: 'env',
  args: { flags: '0dt:', minimum: 0, maximum: 1 },
  usage: '[-0d] [-t target-pane] [target-pane]',
  async run(context, args) {
    const target = findTarget(context.server, context, args.word(0) ?? args.value('t'), 'pane');
    const { variables, redacted, told } = await environmentIn(context, target);
    const session = environmentOf(context.server, target.session, target.pane);
    const shown = Object.entries(variables).filter(
      ([name, value]) => !args.has('d') || (value !== session[name] && !OWN.has(name)),
    );
    shown.sort(([a], [b]) => (a < b ? -1 : 1));
    if (args.has('0')) {
      for (const [name, value] of shown) context.write(`${name}=${value}\0`);
      return;
    }
    for (const [name, value] of shown) {
      const called = functionIn(name, value);
      if (isVariableName(name)) context.print(`export ${name}=${quoteWord(value)}`);
      else if (told && called !== undefined) context.print(`${called} ${value}\nexport -f ${called}`);
      else context.print(`# no shell can export this: ${JSON.stringify(name)}`);
    }
    const left = args.has('d') ? Object.keys(session).sort() : [];
    for (const name of left)
      if (!(name in variables) && !redacted.includes(name) && !OWN.has(name))
        context.print(unsetting(name, session[name]!));
    if (redacted.length > 0)
      context.print(`# left out by environment-redact: ${redacted.map(shownName).join(' ')}`);
  },
};

interface PaneEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly redacted: readonly string[];
  /** By the shell: what it calls a function is one, and not a text that does something else when it is read. */
  readonly told: boolean;
}

function unsetting(name: string, value: string): string {
  const called = functionIn(name, value);
  return called === undefined ? `unset ${name}` : `unset -f ${called}`;
}

async function environmentIn({ effects }: CommandContext, { pane }: Target): Promise<PaneEnvironment> {
  const state = pane.shellState;
  if (state && Object.keys(state.variables).length > 0)
    return { variables: { ...state.variables, PWD: state.cwd }, redacted: state.redacted, told: true };
  try {
    return { variables: await effects.programEnvironment(pane), redacted: [], told: false };
  } catch {
    throw new CommandError(`the program of pane ${pane.name} has ended, and its shell has told nothing`);
  }
}
