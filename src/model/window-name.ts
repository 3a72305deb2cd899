import { formatContext } from './format/context.ts';
import { expandFormat } from './format/expand.ts';
import type { Server } from './server.ts';
import { targetOfPane } from './target/find.ts';
import type { Window } from './window.ts';

/** Names a window after its active pane's program, where automatic-rename is on. True when the name changed. */
export function updateWindowName(server: Server, window: Window): boolean {
  if (!window.options.flag('automatic-rename')) return false;
  const target = targetOfPane(server, window.active);
  const name = expandFormat(formatContext(server, target), window.options.text('automatic-rename-format'));
  if (name === '' || name === window.name) return false;
  window.name = name;
  return true;
}

/** All windows; to be called when the programs in the foreground are known anew. */
export function updateWindowNames(server: Server): boolean {
  let changed = false;
  for (const window of server.windows.values()) changed = updateWindowName(server, window) || changed;
  return changed;
}
