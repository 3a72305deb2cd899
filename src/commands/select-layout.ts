import { lookUpNamedLayout } from '../model/layout/named.ts';
import type { Window } from '../model/window.ts';
import {
  applyLayoutText,
  selectNamedLayout,
  spreadEvenly,
  stepNamedLayout,
  unzoom,
  wholeLayoutText,
} from '../model/window-layout.ts';
import type { Command } from './command.ts';
import { CommandError } from './context.ts';
import { targetFrom } from './targets.ts';

export const selectLayout: Command = {
  name: 'select-layout',
  alias: 'selectl',
  args: { flags: 'Enopt:', minimum: 0, maximum: 1 },
  usage: '[-Enop] [-t target-pane] [layout-name]',
  run(context, args) {
    const { window, pane } = targetFrom(context, args, 'pane');
    const before = wholeLayoutText(window);
    const older = window.oldLayout;
    unzoom(window);
    if (args.has('n')) stepNamedLayout(window, 1);
    else if (args.has('p')) stepNamedLayout(window, -1);
    else if (args.has('E')) spreadEvenly(window, pane);
    else if (args.has('o')) {
      if (older !== '') apply(window, older);
    } else {
      const name = args.word(0);
      const index = name === undefined ? window.namedLayout : lookUpNamedLayout(name);
      if (index >= 0) selectNamedLayout(window, index);
      else if (name !== undefined) apply(window, name);
    }
    window.oldLayout = before;
  },
};

export const nextLayout: Command = {
  name: 'next-layout',
  alias: 'nextl',
  args: { flags: 't:', minimum: 0, maximum: 0 },
  usage: '[-t target-window]',
  run(context, args) {
    step(targetFrom(context, args, 'window').window, 1);
  },
};

export const previousLayout: Command = {
  ...nextLayout,
  name: 'previous-layout',
  alias: 'prevl',
  run(context, args) {
    step(targetFrom(context, args, 'window').window, -1);
  },
};

function step(window: Window, by: 1 | -1): void {
  window.oldLayout = wholeLayoutText(window);
  stepNamedLayout(window, by);
}

function apply(window: Window, text: string): void {
  try {
    applyLayoutText(window, text);
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${error.message}: ${text}`);
    throw error;
  }
}
