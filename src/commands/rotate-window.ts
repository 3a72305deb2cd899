import { targetOf } from '../model/target/find.ts';
import { keepingZoom, rotatePanes } from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { targetFrom } from './targets.ts';

export const rotateWindow: Command = {
  name: 'rotate-window',
  alias: 'rotatew',
  args: { flags: 'Dt:UZ', minimum: 0, maximum: 0 },
  usage: '[-DUZ] [-t target-window]',
  run(context, args) {
    const { session, link, window } = targetFrom(context, args, 'window');
    const at = window.panes.indexOf(window.active);
    keepingZoom(
      window,
      () => {
        rotatePanes(window, args.has('D'));
        // The active place stays, with the pane that has come to it.
        window.activate(window.panes[at]!);
      },
      args.has('Z'),
    );
    context.current = targetOf(session, link);
  },
};
