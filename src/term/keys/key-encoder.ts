import { controlCode, formatKey, type Key, parseKey } from './key-names.ts';

/**
 * tmux's key name → the bytes that a pane's program expects, by the modes that the
 * program has set. The raw bytes of the user's terminal are not passed on: they are
 * right only where both terminals are of one kind and in the same modes.
 *
 * Encodings: VT220 and xterm ("PC-style function keys"), as terminfo's tmux-256color
 * names them; modifyOtherKeys as in xterm's ctlseqs; kitty's keyboard protocol, flags
 * 1 (disambiguate) and 8 (all keys), without event types, since terminals do not send
 * releases unless asked.
 */
export interface KeyModes {
  /** DECCKM. */
  readonly applicationCursor: boolean;
  /** DECKPAM. */
  readonly applicationKeypad: boolean;
  readonly modifyOtherKeys: 0 | 1 | 2;
  readonly kittyKeyboard: number;
}

const KITTY_DISAMBIGUATE = 1;
const KITTY_ALL_KEYS = 8;

/** CSI final of cursor keys and F1 to F4. */
const letters: Readonly<Record<string, string>> = { Up: 'A', Down: 'B', Right: 'C', Left: 'D' };
const functionLetters: Readonly<Record<string, string>> = { F1: 'P', F2: 'Q', F3: 'R', F4: 'S' };
const numbers: Readonly<Record<string, number>> = {
  ...{ Home: 1, IC: 2, DC: 3, End: 4, PPage: 5, NPage: 6 },
  ...{ F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24 },
  ...{ F13: 25, F14: 26, F15: 28, F16: 29, F17: 31, F18: 32, F19: 33, F20: 34 },
};
/** With modifiers, Home and End are CSI 1;m H and F as in xterm and terminfo's kHOM. */
const modifiedLetters: Readonly<Record<string, string>> = {
  ...letters,
  ...functionLetters,
  Home: 'H',
  End: 'F',
};
const keypad: Readonly<Record<string, string>> = {
  ...{ '*': 'j', '+': 'k', '-': 'm', '.': 'n', '/': 'o', '0': 'p', '1': 'q', '2': 'r', '3': 's' },
  ...{ '4': 't', '5': 'u', '6': 'v', '7': 'w', '8': 'x', '9': 'y', Enter: 'M' },
};
const characters: Readonly<Record<string, number>> = {
  Enter: 13,
  Tab: 9,
  Escape: 27,
  BSpace: 127,
  Space: 32,
};
/** What a VT220 keyboard made of ctrl with a key that has no control character. */
const controlAliases: Readonly<Record<string, number>> = {
  ...{ '2': 0, '3': 27, '4': 28, '5': 29, '6': 30, '7': 31, '8': 127, '/': 31, '-': 31, '`': 0 },
};

/** Bytes for a key; `raw`, or nothing, for a name that is no key with an encoding (mouse keys, `Any`). */
export function encodeKey(name: string, modes: KeyModes, raw: Uint8Array = new Uint8Array(0)): Uint8Array {
  const key = parseKey(name);
  if (!key || key.base === '\ufffd' || key.base === 'Unknown') return raw;
  const text = encodeNamed(key, modes) ?? encodeCharacter(key, modes);
  return text === undefined ? raw : Buffer.from(text);
}

/** A pasted text's marks, where the pane asked for them (DECSET 2004). */
export const PASTE_BEGIN: Uint8Array = Buffer.from('\x1b[200~');
export const PASTE_END: Uint8Array = Buffer.from('\x1b[201~');

/** Focus reports, where the pane asked for them (DECSET 1004). */
export function encodeFocus(focused: boolean): Uint8Array {
  return Buffer.from(focused ? '\x1b[I' : '\x1b[O');
}

/** Keys that are no character. */
function encodeNamed(key: Key, modes: KeyModes): string | undefined {
  const { base } = key;
  const modifiers = modifierParameter(key);
  const kitty = (modes.kittyKeyboard & (KITTY_DISAMBIGUATE | KITTY_ALL_KEYS)) !== 0;
  if (base === 'BTab') {
    if (kitty) return csiU(9, { ...key, shift: true });
    return key.ctrl || key.meta ? `\x1b[1;${modifierParameter({ ...key, shift: true })}Z` : '\x1b[Z';
  }
  if (kitty && base === 'F3') return `\x1b[13${modifiers > 1 ? `;${modifiers}` : ''}~`;
  if (base.startsWith('KP') && keypad[base.slice(2)]) return encodeKeypad(key, modes);
  if (modifiers > 1) {
    const letter = modifiedLetters[base];
    if (letter) return `\x1b[1;${modifiers}${letter}`;
  } else if (letters[base]) return `\x1b${modes.applicationCursor && !kitty ? 'O' : '['}${letters[base]}`;
  else if (functionLetters[base]) return `\x1b${kitty ? '[' : 'O'}${functionLetters[base]}`;
  const number = numbers[base];
  if (number !== undefined) return modifiers > 1 ? `\x1b[${number};${modifiers}~` : `\x1b[${number}~`;
  const high = /^F2([1-4])$/.exec(base);
  // Terminfo has F21 to F24 as shift with F9 to F12.
  return high ? encodeNamed({ ...key, base: `F${8 + Number(high[1])}`, shift: true }, modes) : undefined;
}

function encodeKeypad(key: Key, modes: KeyModes): string {
  const sign = key.base.slice(2);
  const meta = key.meta ? '\x1b' : '';
  if (modes.applicationKeypad && modes.kittyKeyboard === 0) return `${meta}\x1bO${keypad[sign]}`;
  return meta + (sign === 'Enter' ? '\r' : sign);
}

function encodeCharacter(key: Key, modes: KeyModes): string | undefined {
  // Ctrl-Space is known by its control character's letter, @.
  const name = key.ctrl && key.base === '@' ? 'Space' : key.base;
  const code = characters[name] ?? key.base.codePointAt(0);
  if (code === undefined || (characters[key.base] === undefined && [...key.base].length !== 1))
    return undefined;
  if (modes.kittyKeyboard & (KITTY_DISAMBIGUATE | KITTY_ALL_KEYS)) {
    const extended = kittyCharacter(key, code, modes.kittyKeyboard);
    if (extended) return extended;
  } else if (isOtherKey(key, modes.modifyOtherKeys)) return `\x1b[27;${modifierParameter(key)};${code}~`;
  return legacyCharacter(key, code);
}

function legacyCharacter(key: Key, code: number): string {
  const meta = key.meta ? '\x1b' : '';
  if (!key.ctrl) return meta + (key.shift && key.base === 'Tab' ? '\x1b[Z' : String.fromCodePoint(code));
  // Ctrl-Backspace is the other of the two codes for backspace, as in xterm.
  if (key.base === 'BSpace') return `${meta}\b`;
  const byte = controlCode(key) ?? controlAliases[key.base];
  return meta + String.fromCodePoint(byte ?? code);
}

/** kitty's CSI u where flag 1 or 8 asks for it; undefined where the key still sends text. */
function kittyCharacter(key: Key, code: number, flags: number): string | undefined {
  const modified = key.ctrl || key.meta;
  const keepsText = flags & KITTY_ALL_KEYS ? false : key.base !== 'Escape';
  const special = characters[key.base] !== undefined && key.base !== 'Space';
  if (!modified && keepsText && !(special && key.shift)) return undefined;
  const upper = /^\p{Lu}$/u.test(key.base);
  // The protocol names the key without shift.
  const plain = upper ? (key.base.toLowerCase().codePointAt(0) ?? code) : code;
  return csiU(plain, upper ? { ...key, shift: true } : key);
}

/** xterm's rule: level 1 leaves keys alone that have a well-known control character; level 2 does not. */
function isOtherKey(key: Key, level: 0 | 1 | 2): boolean {
  if (level === 0 || modifierParameter(key) === 1) return false;
  if (level === 2) return true;
  if (!key.ctrl && !(key.shift && characters[key.base] !== undefined)) return false;
  if (key.base === 'BSpace' || key.base === 'Escape') return false;
  return controlCode(key) === undefined && controlAliases[key.base] === undefined;
}

/** 1 + shift 1, alt 2, ctrl 4. */
function modifierParameter(key: Pick<Key, 'shift' | 'meta' | 'ctrl'>): number {
  return 1 + (key.shift ? 1 : 0) + (key.meta ? 2 : 0) + (key.ctrl ? 4 : 0);
}

function csiU(code: number, key: Pick<Key, 'shift' | 'meta' | 'ctrl'>): string {
  const modifiers = modifierParameter(key);
  return modifiers > 1 ? `\x1b[${code};${modifiers}u` : `\x1b[${code}u`;
}

/** For `send-keys` and its like: whether the name is a key that can be sent. */
export function isSendable(name: string): boolean {
  const key = parseKey(name);
  return key !== undefined && encodeKey(formatKey(key), plainModes).length > 0;
}

export const plainModes: KeyModes = {
  applicationCursor: false,
  applicationKeypad: false,
  modifyOtherKeys: 0,
  kittyKeyboard: 0,
};
