/**
 * The sequences that terminals send for keys, as tables: xterm's and rxvt's, those of
 * the Linux console, and the functional keys of kitty's protocol.
 */

/** CSI final (with or without modifiers) and SS3 final → key. */
export const letterKeys: Readonly<Record<string, string>> = {
  A: 'Up',
  B: 'Down',
  C: 'Right',
  D: 'Left',
  E: 'KP5',
  F: 'End',
  H: 'Home',
  P: 'F1',
  Q: 'F2',
  R: 'F3',
  S: 'F4',
  Z: 'BTab',
};

/** CSI number ~ → key (also with rxvt's finals $, ^ and @). */
export const tildeKeys: Readonly<Record<number, string>> = {
  1: 'Home',
  2: 'IC',
  3: 'DC',
  4: 'End',
  5: 'PPage',
  6: 'NPage',
  7: 'Home',
  8: 'End',
  11: 'F1',
  12: 'F2',
  13: 'F3',
  14: 'F4',
  15: 'F5',
  17: 'F6',
  18: 'F7',
  19: 'F8',
  20: 'F9',
  21: 'F10',
  23: 'F11',
  24: 'F12',
  25: 'F13',
  26: 'F14',
  28: 'F15',
  29: 'F16',
  31: 'F17',
  32: 'F18',
  33: 'F19',
  34: 'F20',
};

/** SS3 final in application keypad mode → key. */
export const keypadKeys: Readonly<Record<string, string>> = {
  j: 'KP*',
  k: 'KP+',
  m: 'KP-',
  n: 'KP.',
  o: 'KP/',
  p: 'KP0',
  q: 'KP1',
  r: 'KP2',
  s: 'KP3',
  t: 'KP4',
  u: 'KP5',
  v: 'KP6',
  w: 'KP7',
  x: 'KP8',
  y: 'KP9',
  M: 'KPEnter',
};

/** rxvt: a lower-case final is shift (CSI) or ctrl (SS3) with the arrow. */
export const rxvtArrows: Readonly<Record<string, string>> = { a: 'Up', b: 'Down', c: 'Right', d: 'Left' };

/** rxvt: the final of CSI number FINAL says the modifiers. */
export const rxvtFinals: Readonly<Record<string, { ctrl: boolean; shift: boolean }>> = {
  $: { ctrl: false, shift: true },
  '^': { ctrl: true, shift: false },
  '@': { ctrl: true, shift: true },
};

/** Linux console: CSI [ letter. */
export const consoleKeys: Readonly<Record<string, string>> = { A: 'F1', B: 'F2', C: 'F3', D: 'F4', E: 'F5' };

const KITTY_F13 = 57376;
const KITTY_KEYPAD_0 = 57399;
const kittyKeypad = [
  ...[
    'KP0',
    'KP1',
    'KP2',
    'KP3',
    'KP4',
    'KP5',
    'KP6',
    'KP7',
    'KP8',
    'KP9',
    'KP.',
    'KP/',
    'KP*',
    'KP-',
    'KP+',
  ],
  ...['KPEnter', '=', ',', 'Left', 'Right', 'Up', 'Down', 'PPage', 'NPage', 'Home', 'End', 'IC', 'DC', 'KP5'],
];

/** kitty's functional keys live in Unicode's private use area; returns undefined for a key that tmux has no name for. */
export function kittyKey(code: number): string | undefined {
  if (code >= KITTY_F13 && code < KITTY_F13 + 12) return `F${13 + code - KITTY_F13}`;
  return kittyKeypad[code - KITTY_KEYPAD_0];
}

/** Whether a code of CSI u is a functional key and no character. */
export function isKittyFunctional(code: number): boolean {
  return code >= 57344 && code <= 63743;
}
