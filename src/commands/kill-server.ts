import type { Command } from './command.ts';
import { endServer } from './lifecycle.ts';

export const killServer: Command = {
  name: 'kill-server',
  args: { flags: '', minimum: 0, maximum: 0 },
  usage: '',
  run(context) {
    endServer(context);
  },
};
