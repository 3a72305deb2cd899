import type { Pane } from '../model/pane.ts';
import type { Session, Winlink } from '../model/session.ts';
import type { Window } from '../model/window.ts';
import type { Host } from './context.ts';

export type Alert = 'bell' | 'activity' | 'silence';

/**
 * What an alert of a pane does in each session that has its window: a flag on the
 * window and, by the action option, the terminals' bell or a message; see monitor-bell,
 * bell-action, visual-bell and their kin in tmux(1).
 */
export function raiseAlert(host: Host, pane: Pane, alert: Alert): void {
  const { window } = pane;
  if (alert === 'activity') {
    window.activity = host.server.now();
    window.silent = false;
  }
  alertWindow(host, window, alert);
}

/** Alerts of windows that have been silent for as long as their monitor-silence says (seconds); to be called each second. */
export function checkSilence(host: Host): void {
  const now = host.server.now();
  for (const window of host.server.windows.values()) {
    const seconds = window.options.number('monitor-silence');
    if (seconds === 0 || window.silent || now - window.activity < seconds * 1000) continue;
    window.silent = true;
    alertWindow(host, window, 'silence');
  }
}

function alertWindow(host: Host, window: Window, alert: Alert): void {
  const monitor = window.options.text(`monitor-${alert}`);
  if (monitor === 'off' || monitor === '0') return;
  for (const session of host.server.sessionsWith(window)) {
    const link = session.linkOf(window);
    if (link) alertSession(host, session, link, alert);
    host.server.raise(`alert-${alert}`, { session, window });
  }
}

function alertSession(host: Host, session: Session, link: Winlink, alert: Alert): void {
  const clients = host.server.clientsOf(session);
  const current = link === session.current;
  if (current && clients.length > 0) {
    // Whoever looks at the window has seen it: only the bell rings.
    if (alert !== 'bell') return;
  } else {
    if (alert !== 'bell' && link[alert]) return; // told already
    link[alert] = true;
  }
  if (!applies(session.options.text(`${alert}-action`), current)) return;
  const visual = session.options.text(`visual-${alert}`);
  for (const client of clients) {
    if (visual !== 'on') host.effects.bell(client);
    if (visual === 'off') continue;
    const what = current ? 'current window' : `window ${link.index}`;
    const title = `${alert[0]!.toUpperCase()}${alert.slice(1)}`;
    client.message = {
      text: `${title} in ${what}`,
      until: host.server.now() + session.options.number('display-time'),
    };
  }
}

function applies(action: string, current: boolean): boolean {
  return action === 'any' || (action === 'current' && current) || (action === 'other' && !current);
}
