import type { Command } from './command.ts';

/** Nothing to do: whoever could send it has started the server. */
export const startServer: Command = {
  name: 'start-server',
  alias: 'start',
  args: { flags: '', minimum: 0, maximum: 0 },
  usage: '',
  run() {},
};
