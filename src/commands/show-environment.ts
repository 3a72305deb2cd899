import type { Variable } from '../model/environment.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { targetFrom } from './targets.ts';

export const showEnvironment: Command = {
  name: 'show-environment',
  alias: 'showenv',
  args: { flags: 'hgst:', minimum: 0, maximum: 1 },
  usage: '[-hgs] [-t target-session] [name]',
  run(context, args) {
    const environment = args.has('g')
      ? context.server.environment
      : targetFrom(context, args, 'session').session.environment;
    const name = args.word(0);
    const print = (key: string, variable: Variable) => {
      if (Boolean(variable.hidden) !== args.has('h')) return;
      context.print(args.has('s') ? forShell(key, variable) : plain(key, variable));
    };
    if (name === undefined) {
      for (const [key, variable] of environment.entries()) print(key, variable);
      return;
    }
    const variable = environment.get(name);
    if (!variable) throw new CommandError(`unknown variable: ${name}`);
    print(name, variable);
  },
};

function plain(name: string, { value }: Variable): string {
  return value === null ? `-${name}` : `${name}=${value}`;
}

/** -s: lines for a Bourne shell's eval. */
function forShell(name: string, { value }: Variable): string {
  if (value === null) return `unset ${name};`;
  return `${name}="${value.replace(/[$`"\\]/g, '\\$&')}"; export ${name};`;
}
