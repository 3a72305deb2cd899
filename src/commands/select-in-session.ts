import type { Session } from '../model/session.ts';
import { CommandError } from './context.ts';

/** The next (1) or previous (-1) window by index, around the end; `alert`: the next one with an alert. */
export function selectStep(session: Session, step: 1 | -1, alert: boolean): void {
  const links = session.winlinks;
  const from = links.indexOf(session.current);
  for (let by = 1; by <= links.length; by++) {
    const link = links[(((from + step * by) % links.length) + links.length) % links.length]!;
    if (link === session.current) continue;
    if (alert && !link.bell && !link.activity && !link.silence) continue;
    session.select(link);
    return;
  }
  throw new CommandError(step === 1 ? 'no next window' : 'no previous window');
}

export function selectLast(session: Session): void {
  const [last] = session.last;
  if (!last) throw new CommandError('no last window');
  session.select(last);
}
