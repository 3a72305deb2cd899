import type { Session } from '../../model/session.ts';
import type { Body } from '../../protocol/message.ts';
import type { SCREEN } from '../../protocol/messages/sessions.ts';

/** Why what a session shows would not survive the daemon's death now, e.g. "no space left on device"; '' when it would. */
function crashDanger(session: Session, saveFailure: string): string {
  if (saveFailure !== '') return saveFailure;
  for (const link of session.winlinks)
    for (const pane of link.window.panes) {
      const safe = pane.info?.crashSafe ?? true;
      if (safe !== true) return safe;
    }
  return '';
}

/** Why output of what a session shows is not logged though it should be; '' where all is well. */
function logDanger(session: Session): string {
  for (const link of session.winlinks)
    for (const pane of link.window.panes) {
      const logged = pane.info?.logged ?? true;
      if (logged !== true) return logged;
    }
  return '';
}

/** The screen with what the user must know of its disk at the head of its status line, or as a message where there is no status line. */
export function withDanger(
  screen: Body<typeof SCREEN>,
  session: Session,
  saveFailure: string,
): Body<typeof SCREEN> {
  const danger = crashDanger(session, saveFailure);
  const unlogged = danger === '' ? logDanger(session) : '';
  if (danger === '' && unlogged === '') return screen;
  const what = danger === '' ? `logging has stopped: ${unlogged}` : `not crash-safe: ${danger}`;
  const text = what.replace(/#/g, '##');
  const [first, ...rest] = screen.status.lines;
  if (screen.status.position === 'off' || first === undefined)
    return screen.message ? screen : { ...screen, message: { text, style: 'bg=red,fg=white' } };
  const lines = [`#[fg=white,bg=red,bold] ${text} #[default]${first}`, ...rest];
  return { ...screen, status: { ...screen.status, lines } };
}
