import type { AttachedClient } from './client.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import type { Window } from './window.ts';
import { resizeWindow } from './window-layout.ts';

/** Rows that the status line takes of a client. */
export function statusRows(session: Session): number {
  const status = session.options.text('status');
  return status === 'off' ? 0 : status === 'on' ? 1 : Number.parseInt(status, 10);
}

/** Rows of a client that show its window. */
export function paneAreaRows(client: AttachedClient): number {
  return Math.max(1, client.rows - statusRows(client.session));
}

/**
 * The size that a window should have, by its window-size option: of its latest
 * client, the largest or smallest of them, or fixed. undefined: it stays as it is,
 * since nobody looks.
 */
export function wantedSize(server: Server, window: Window): { cols: number; rows: number } | undefined {
  const rule = window.options.text('window-size');
  if (rule === 'manual') return window.manualSize ?? { cols: window.cols, rows: window.rows };
  const aggressive = window.options.flag('aggressive-resize');
  const clients = [...server.clients.values()].filter(
    (client) =>
      !client.ignoreSize &&
      (aggressive ? client.session.current.window === window : client.session.linkOf(window) !== undefined),
  );
  if (clients.length === 0) return undefined;
  if (rule === 'latest') {
    const latest = clients.find((client) => client.id === window.latestClient) ?? mostRecent(clients);
    return { cols: latest.cols, rows: paneAreaRows(latest) };
  }
  const choose = rule === 'smallest' ? Math.min : Math.max;
  return {
    cols: choose(...clients.map((client) => client.cols)),
    rows: choose(...clients.map(paneAreaRows)),
  };
}

function mostRecent(clients: readonly AttachedClient[]): AttachedClient {
  return clients.reduce((best, client) => (client.activity > best.activity ? client : best));
}

/** Brings all windows to their wanted sizes; to be called after each command and each change of a client. */
export function resizeWindows(server: Server): void {
  for (const window of server.windows.values()) {
    const size = wantedSize(server, window);
    if (size && (size.cols !== window.cols || size.rows !== window.rows))
      resizeWindow(window, size.cols, size.rows);
  }
}

/**
 * The part of its window that a client shows: all of it, or where the window is
 * larger, the part around the cursor, or where refresh-client moved it.
 */
export function viewOf(client: AttachedClient): {
  x: number;
  y: number;
  cols: number;
  rows: number;
  bigger: boolean;
} {
  const { window } = client.session.current;
  const cols = Math.min(client.cols, window.cols);
  const rows = Math.min(paneAreaRows(client), window.rows);
  const bigger = window.cols > client.cols || window.rows > paneAreaRows(client);
  if (!bigger) return { x: 0, y: 0, cols, rows, bigger };
  if (client.pan?.window === window.id) {
    const x = Math.min(client.pan.x, window.cols - cols);
    const y = Math.min(client.pan.y, window.rows - rows);
    return { x, y, cols, rows, bigger };
  }
  const { active } = window;
  const cursor = active.info?.cursor ?? { x: 0, y: 0 };
  return {
    x: follow(active.x + cursor.x, cols, window.cols),
    y: follow(active.y + cursor.y, rows, window.rows),
    cols,
    rows,
    bigger,
  };
}

/** Where a view of `size` cells of `total` begins, so that it holds `cursor`: it moves only when it must. */
function follow(cursor: number, size: number, total: number): number {
  if (cursor < size) return 0;
  if (cursor >= total - size) return total - size;
  return Math.min(total - size, cursor - Math.floor(size / 2));
}
