import type { Command } from './command.ts';
import { CommandError } from './context.ts';

/** tmux lets other users of the machine in; here a key is let in, from wherever it comes. */
export const serverAccess: Command = {
  name: 'server-access',
  args: { flags: 'adlrt:w', minimum: 0, maximum: 1 },
  usage: '[-adlrw] [-t target-pane] [user]',
  run() {
    throw new CommandError("access is by key, not by user: see 'zmx key' and 'zmx authorize'");
  },
};
