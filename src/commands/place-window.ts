import type { Session } from '../model/session.ts';
import { findWindowPlace, targetOf } from '../model/target/find.ts';
import { type CommandContext, CommandError } from './context.ts';
import { makeRoomAt } from './create-window.ts';
import type { Arguments } from './language/arguments.ts';
import { renumberWindows, unlinkWindow } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

/**
 * The place that -t names for a window, after -a or before -b the one that is there;
 * the windows from there on move up. Without an index the next free one is meant.
 */
export function placeFrom(
  context: CommandContext,
  args: Arguments,
): { session: Session; index: number | undefined } {
  const place = findWindowPlace(context.server, context, args.value('t'));
  if (!args.has('a') && !args.has('b')) return place;
  const { session } = place;
  const beside = (place.index === undefined ? undefined : session.at(place.index)) ?? session.current;
  const index = beside.index + (args.has('b') ? 0 : 1);
  makeRoomAt(session, index);
  return { session, index };
}

/** move-window and link-window: gives a window a (further) place at -t. */
export async function placeWindow(context: CommandContext, args: Arguments, move: boolean): Promise<void> {
  const source = targetFrom(context, args, 'window', 's');
  const place = placeFrom(context, args);
  const { session } = place;
  if (session !== source.session && session.group === source.session.group)
    throw new CommandError('sessions are grouped');
  const occupant = place.index === undefined ? undefined : session.at(place.index);
  if (occupant?.window === source.window) throw new CommandError(`same index: ${place.index}`);
  if (occupant && !args.has('k')) throw new CommandError(`index in use: ${place.index}`);
  const index = place.index ?? session.freeIndex();
  // The old window leaves last, so that the session does not end with it.
  if (occupant) occupant.index = session.freeIndex(index + 1);
  const link = session.link(source.window, index);
  context.server.raise('window-linked', { session, window: source.window });
  if (!args.has('d')) session.select(link);
  if (occupant) await unlinkWindow(context, session, occupant);
  if (move) await unlinkWindow(context, source.session, source.link);
  // A window that was named apart leaves its gap.
  if (
    move &&
    !args.has('s') &&
    source.session.winlinks.length > 0 &&
    source.session.options.flag('renumber-windows')
  )
    renumberWindows(source.session);
  if (!args.has('d')) context.current = targetOf(session);
}
