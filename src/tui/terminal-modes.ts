/** The modes of the user's terminal that an attached client sets, and how each is undone. */

/** What mouse reports are asked for: none, clicks and drags, or every movement. */
export type MouseReports = 'off' | 'buttons' | 'all';

/** Title saved (XTWINOPS 22), alternate screen, bracketed paste, focus reports. */
export function enterScreen(title: boolean): string {
  return `${title ? '\x1b[22;0t' : ''}\x1b[?1049h\x1b[?2004h\x1b[?1004h`;
}

/**
 * Undoes whatever may be set, also what this client has not set: it is written when
 * the state is least certain. SGR, cursor, margins and synchronised output included.
 */
export function leaveScreen(title: boolean): string {
  return (
    `${mouseReports('off')}\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[r\x1b[m\x1b[0 q\x1b[?25h` +
    `\x1b[?1049l${title ? '\x1b[23;0t' : ''}`
  );
}

/** SGR encoding (1006) with clicks and drags (1002), or all movement (1003). Resetting one mode ends the others too. */
export function mouseReports(wanted: MouseReports): string {
  const off = '\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l';
  if (wanted === 'off') return off;
  return `${off}\x1b[?1000h\x1b[?${wanted === 'all' ? 1003 : 1002}h\x1b[?1006h`;
}

/** kitty's keyboard protocol: flags 1 (disambiguate) and 4 (shifted characters beside plain ones), pushed. */
export const kittyKeys = { on: '\x1b[>5u', off: '\x1b[<u' } as const;
/** xterm's modifyOtherKeys, level 1. */
export const otherKeys = { on: '\x1b[>4;1m', off: '\x1b[>4m' } as const;

/** OSC 2; control characters would end it early. */
export function windowTitle(title: string): string {
  return `\x1b]2;${title.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}\x1b\\`;
}

/** OSC 52. */
export function clipboard(text: Uint8Array): string {
  return `\x1b]52;c;${Buffer.from(text).toString('base64')}\x1b\\`;
}
