import type { Session } from '../../model/session.ts';
import type { Body } from '../../protocol/message.ts';
import type { SCREEN } from '../../protocol/messages/sessions.ts';

/** Why what a session shows would not survive the daemon's death now, e.g. "no space left on device"; '' when it would. */
export function crashDanger(session: Session, saveFailure: string): string {
  if (saveFailure !== '') return saveFailure;
  for (const link of session.winlinks)
    for (const pane of link.window.panes) {
      const safe = pane.info?.crashSafe ?? true;
      if (safe !== true) return safe;
    }
  return '';
}

/** The screen with the danger at the head of its status line, or as a message where there is no status line. */
export function withDanger(screen: Body<typeof SCREEN>, danger: string): Body<typeof SCREEN> {
  if (danger === '') return screen;
  const text = `not crash-safe: ${danger.replace(/#/g, '##')}`;
  const [first, ...rest] = screen.status.lines;
  if (screen.status.position === 'off' || first === undefined)
    return screen.message ? screen : { ...screen, message: { text, style: 'bg=red,fg=white' } };
  const lines = [`#[fg=white,bg=red,bold] ${text} #[default]${first}`, ...rest];
  return { ...screen, status: { ...screen.status, lines } };
}
