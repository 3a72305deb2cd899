import type { HeldPane } from '../holder/wire.ts';
import { Environment } from '../model/environment.ts';
import type { Server } from '../model/server.ts';
import { placeFirstPane } from '../model/window-layout.ts';

/**
 * A session of the programs that are held and that no session claims, since the file of
 * the sessions was damaged: a window for each, so that none is lost with the layout.
 */
export function claimHeld(server: Server, held: readonly HeldPane[]): void {
  const terminals = held.filter(({ kind, pane }) => kind === 'pty' && !server.paneByUuid(pane));
  if (terminals.length === 0) return;
  const { home } = server.facts;
  const session = server.newSession('recovered', home, new Environment());
  for (const { pane: uuid, cols, rows, pid, tty, op } of terminals) {
    const window = server.newWindow('', cols, rows);
    const pane = server.newPane(uuid, window);
    placeFirstPane(window, pane);
    Object.assign(pane, { pid, tty, op, startPath: home, currentPath: home });
    session.link(window, session.freeIndex());
  }
}
