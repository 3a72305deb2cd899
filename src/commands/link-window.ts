import type { Command } from './command.ts';
import { placeWindow } from './place-window.ts';

export const linkWindow: Command = {
  name: 'link-window',
  alias: 'linkw',
  args: { flags: 'abdks:t:', minimum: 0, maximum: 0 },
  usage: '[-abdk] [-s src-window] [-t dst-window]',
  async run(context, args) {
    await placeWindow(context, args, false);
  },
};
