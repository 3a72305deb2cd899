import { openChooser } from './chooser/open.ts';
import type { Command } from './command.ts';

const FLAGS = 'F:f:GK:NO:rst:wZ';

export const chooseTree: Command = {
  name: 'choose-tree',
  args: { flags: FLAGS, minimum: 0, maximum: 1, blocks: [0] },
  usage: '[-GNrswZ] [-F format] [-f filter] [-K key-format] [-O sort-order] [-t target-pane] [template]',
  run(context, args) {
    openChooser(context, args, 'tree', "switch-client -Zt '%%'");
  },
};

export const chooseClient: Command = {
  name: 'choose-client',
  args: { flags: 'F:f:K:NO:rt:Z', minimum: 0, maximum: 1, blocks: [0] },
  usage: '[-NrZ] [-F format] [-f filter] [-K key-format] [-O sort-order] [-t target-pane] [template]',
  run(context, args) {
    openChooser(context, args, 'client', "detach-client -t '%%'");
  },
};

export const chooseBuffer: Command = {
  ...chooseClient,
  name: 'choose-buffer',
  run(context, args) {
    openChooser(context, args, 'buffer', "paste-buffer -p -b '%%'");
  },
};
