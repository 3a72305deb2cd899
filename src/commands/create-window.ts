import { renameAutomatically } from '../model/automatic-rename.ts';
import type { Pane } from '../model/pane.ts';
import type { Session, Winlink } from '../model/session.ts';
import { placeFirstPane } from '../model/window-layout.ts';
import { wantedSize } from '../model/window-size.ts';
import { type CommandContext, CommandError, type Size } from './context.ts';
import { killPane, unlinkWindow } from './lifecycle.ts';
import { type SpawnWish, spawnPane } from './spawn.ts';

export interface WindowWish extends SpawnWish {
  /** undefined: the next free index. */
  readonly index: number | undefined;
  /** -n; undefined: the name follows the running program. */
  readonly name: string | undefined;
  /** Ends a window that has the index (-k). */
  readonly replace?: boolean;
  /** Size where no client shows the session yet; undefined: its default-size. */
  readonly size?: Size | undefined;
}

/** Makes a window with one pane and starts its program. @throws CommandError with nothing left behind */
export async function createWindow(
  context: CommandContext,
  session: Session,
  wish: WindowWish,
): Promise<{ link: Winlink; pane: Pane }> {
  const { server } = context;
  const index = freeIndex(session, wish);
  const occupant = session.at(index);
  // The old window leaves last, so that the session does not end with it.
  if (occupant) occupant.index = session.freeIndex(index + 1);
  const { cols, rows } = wish.size ?? defaultSize(session);
  const window = server.newWindow(wish.name ?? '', cols, rows);
  if (wish.name !== undefined) window.options.set('automatic-rename', 'off');
  const pane = server.newPane(context.nextUuid(), window);
  placeFirstPane(window, pane);
  const link = session.link(window, index);
  const size = wantedSize(server, window);
  if (size) Object.assign(window, size);
  placeFirstPane(window, pane);
  try {
    await spawnPane(context, session, pane, wish);
  } catch (error) {
    await killPane(context, pane);
    throw new CommandError(`create window failed: ${(error as Error).message}`);
  }
  if (wish.name === undefined) renameAutomatically(server, window);
  server.raise('window-linked', { session, window });
  if (occupant) await unlinkWindow(context, session, occupant);
  return { link, pane };
}

/** The index wished for. @throws CommandError when it is in use */
function freeIndex(session: Session, wish: WindowWish): number {
  if (wish.index === undefined) return session.freeIndex();
  if (session.at(wish.index) && !wish.replace)
    throw new CommandError(`create window failed: index ${wish.index} in use`);
  return wish.index;
}

/** Size of a window that no client shows: the default-size option. */
function defaultSize(session: Session): Size {
  const match = /^(\d+)x(\d+)$/.exec(session.options.text('default-size'));
  return match ? { cols: Number(match[1]), rows: Number(match[2]) } : { cols: 80, rows: 24 };
}

/** Moves windows up by one from an index on, as far as they stand close, so that the index is free. */
export function makeRoomAt(session: Session, index: number): void {
  const end = session.freeIndex(index);
  for (const link of session.winlinks) if (link.index >= index && link.index < end) link.index++;
  session.sort();
}
