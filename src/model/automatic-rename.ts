import { formatContext } from './format/context.ts';
import { expandFormat } from './format/expand.ts';
import type { Server } from './server.ts';
import { targetOfPane } from './target/find.ts';
import type { Window } from './window.ts';

/** Gives the window the name of what runs in it, where its automatic-rename is on. Returns whether the name changed. */
export function renameAutomatically(server: Server, window: Window): boolean {
  if (!window.options.flag('automatic-rename')) return false;
  const target = targetOfPane(server, window.active);
  if (!target) return false;
  const name = expandFormat(formatContext(server, target), window.options.text('automatic-rename-format'));
  if (name === '' || name === window.name) return false;
  window.name = name;
  return true;
}
