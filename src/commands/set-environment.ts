import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { expand, optionalTarget, targetFrom } from './targets.ts';

export const setEnvironment: Command = {
  name: 'set-environment',
  alias: 'setenv',
  args: { flags: 'Fhgrt:u', minimum: 1, maximum: 2 },
  usage: '[-Fhgru] [-t target-session] name [value]',
  run(context, args) {
    const name = args.word(0)!;
    if (name === '') throw new CommandError('empty variable name');
    if (name.includes('=')) throw new CommandError('variable name contains =');
    const environment = args.has('g')
      ? context.server.environment
      : targetFrom(context, args, 'session').session.environment;
    const word = args.word(1);
    const value =
      word !== undefined && args.has('F')
        ? expand(context, word, optionalTarget(context, args, 'session'))
        : word;
    if (args.has('u')) {
      if (value !== undefined) throw new CommandError("can't specify a value with -u");
      environment.unset(name);
    } else if (args.has('r')) {
      if (value !== undefined) throw new CommandError("can't specify a value with -r");
      environment.remove(name);
    } else {
      if (value === undefined) throw new CommandError('no value specified');
      environment.set(name, value, args.has('h'));
    }
  },
};
