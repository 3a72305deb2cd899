import type { LinkState } from '../../transport/types.ts';
import type { Screen } from '../compositor/chrome.ts';
import type { Size } from '../terminal.ts';

/** Nothing is connected: no badge. */
export const NO_LINK: LinkState = { kind: 'live', epoch: '', roundTripMs: 0 };

/**
 * What an attached client would be told of a session with this one pane: a replay is drawn
 * by the same compositor, so that it looks as the pane did.
 * @param lines status lines at the bottom.
 */
export function paneScreen(pane: string, { cols, rows }: Size, lines: string[]): Screen {
  const place = { x: 0, y: 0, cols, rows };
  const plain = { title: '', host: '', dead: false, marked: false, style: '', inputOff: true };
  return {
    version: 0,
    session: { id: '', name: '' },
    window: { id: '', index: 0, name: '', zoomed: false, cols, rows },
    origin: { x: 0, y: 0 },
    panes: [{ pane, name: '', index: 0, active: true, ...place, ...plain }],
    border: { lines: 'single', style: '', activeStyle: '', status: 'off', indicators: 'off' },
    status: { position: lines.length > 0 ? 'bottom' : 'off', lines, style: 'default' },
    table: '',
    mouse: true,
    title: '',
    escapeTimeMs: 0,
  };
}
