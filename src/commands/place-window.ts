import { findWindowPlace, targetOf } from '../model/target/find.ts';
import { type CommandContext, CommandError } from './context.ts';
import { makeRoomAt } from './create-window.ts';
import type { Arguments } from './language/arguments.ts';
import { renumberWindows, unlinkWindow } from './lifecycle.ts';
import { targetFrom } from './targets.ts';

/** move-window and link-window: gives a window a (further) place at -t. */
export async function placeWindow(context: CommandContext, args: Arguments, move: boolean): Promise<void> {
  const source = targetFrom(context, args, 'window', 's');
  const { session, index } = destination();
  const occupant = index === undefined ? undefined : session.at(index);
  if (occupant === source.link) {
    if (move && args.has('k')) throw new CommandError(`same index: ${index}`);
    return;
  }
  if (occupant && !args.has('k')) throw new CommandError(`index in use: ${index}`);
  if (
    !move &&
    session.linkOf(source.window) &&
    session === source.session &&
    occupant?.window === source.window
  )
    return;
  const wasCurrent = source.session.current === source.link;
  if (move && session === source.session) {
    if (occupant) await unlinkWindow(context, session, occupant);
    source.link.index = index ?? session.freeIndex();
    session.sort();
    if (!args.has('d')) session.select(source.link);
  } else {
    // The old window leaves last, so that the session does not end with it.
    if (occupant) occupant.index = session.freeIndex(index! + 1);
    const link = session.link(source.window, index ?? session.freeIndex());
    context.server.raise('window-linked', { session, window: source.window });
    if (occupant) await unlinkWindow(context, session, occupant);
    if (move) await unlinkWindow(context, source.session, source.link);
    if (!args.has('d') || (move && wasCurrent && session === source.session)) session.select(link);
  }
  if (move && source.session.winlinks.length > 0 && source.session.options.flag('renumber-windows'))
    renumberWindows(source.session);
  if (!args.has('d')) context.current = targetOf(session);

  function destination() {
    if (!args.has('a') && !args.has('b')) return findWindowPlace(context.server, context, args.value('t'));
    const target = targetFrom(context, args, 'window');
    const at = target.link.index + (args.has('b') ? 0 : 1);
    makeRoomAt(target.session, at);
    return { session: target.session, index: at };
  }
}
