import { MouseButton } from './input-events.ts';

/**
 * A mouse event → the report that a pane's program asked for (xterm's ctlseqs,
 * "Mouse Tracking"); empty where its mode does not want this event or its encoding
 * cannot say it.
 */
export interface MouseModes {
  /** DECSET 9, 1000, 1002, 1003. */
  readonly mouse: 'none' | 'x10' | 'normal' | 'button' | 'any';
  /** DECSET 1005, 1006, 1015, 1016. Panes have no size in pixels, so 1016 counts a cell as one. */
  readonly mouseEncoding: 'default' | 'utf8' | 'sgr' | 'urxvt' | 'sgr-pixels';
}

export interface MouseReport {
  /** See `MouseButton`. */
  readonly button: number;
  readonly release: boolean;
  /** Cell inside the pane, from 0. */
  readonly x: number;
  readonly y: number;
}

const NOTHING = new Uint8Array(0);
/** The legacy encoding ends where a byte does, 1005 where two bytes of UTF-8 do. */
const LEGACY_LIMIT = 255 - 32;
const UTF8_LIMIT = 2047 - 32;

export function encodeMouse(report: MouseReport, modes: MouseModes): Uint8Array {
  if (report.x < 0 || report.y < 0 || !isWanted(report, modes.mouse)) return NOTHING;
  const button = modes.mouse === 'x10' ? report.button & ~MouseButton.modifiers : report.button;
  const column = report.x + 1;
  const line = report.y + 1;
  if (modes.mouseEncoding === 'sgr' || modes.mouseEncoding === 'sgr-pixels')
    return Buffer.from(`\x1b[<${button};${column};${line}${report.release ? 'm' : 'M'}`);

  // Older encodings do not say which button was released.
  const code = (report.release ? button | MouseButton.none : button) + 32;
  if (modes.mouseEncoding === 'urxvt') return Buffer.from(`\x1b[${code};${column};${line}M`);
  const utf8 = modes.mouseEncoding === 'utf8';
  const limit = utf8 ? UTF8_LIMIT : LEGACY_LIMIT;
  if (column > limit || line > limit) return NOTHING;
  return Buffer.from(`\x1b[M${String.fromCharCode(code, column + 32, line + 32)}`, utf8 ? 'utf8' : 'latin1');
}

function isWanted(report: MouseReport, mode: MouseModes['mouse']): boolean {
  const motion = (report.button & MouseButton.motion) !== 0;
  const held = (report.button & MouseButton.mask) !== MouseButton.none;
  switch (mode) {
    case 'none':
      return false;
    case 'x10':
      return !motion && !report.release && (report.button & MouseButton.wheel) === 0;
    case 'normal':
      return !motion;
    case 'button':
      return !motion || held;
    case 'any':
      return true;
  }
}
