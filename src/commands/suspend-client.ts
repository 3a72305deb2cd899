import type { Command } from './command.ts';
import { clientFrom } from './targets.ts';

export const suspendClient: Command = {
  name: 'suspend-client',
  alias: 'suspendc',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-client]',
  run(context, args) {
    context.effects.suspend(clientFrom(context, args));
  },
};
