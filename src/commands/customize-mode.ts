import { openChooser } from './chooser/open.ts';
import type { Command } from './command.ts';

export const customizeMode: Command = {
  name: 'customize-mode',
  args: { flags: 'F:f:Nt:Z', minimum: 0, maximum: 0 },
  usage: '[-NZ] [-F format] [-f filter] [-t target-pane]',
  run(context, args) {
    openChooser(context, args, 'options', '');
  },
};
