/**
 * tmux's names of keys: `C-b`, `M-Left`, `C-M-F5`, `é`, `KPEnter`, `MouseDown1Pane`.
 *
 * A key is kept as its name in normal form and not as tmux's 64-bit number: names
 * travel in messages, are looked up in key tables and are shown to the user, and two
 * names mean the same key exactly when their normal forms are equal (`C-[` is
 * `Escape`, `PageUp` is `PPage`, `C-A` is `C-a`). The rules are those of tmux's
 * key-string.c (3.3a), which `bind-key` and `list-keys` show.
 */
export interface Key {
  /** One printable character, a control character's letter, or a name of `namedKeys`. */
  readonly base: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly shift: boolean;
}

/** Every named key, and what else tmux calls it. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  IC: ['Insert'],
  DC: ['Delete'],
  NPage: ['PageDown', 'PgDn'],
  PPage: ['PageUp', 'PgUp'],
};

const LAST_FUNCTION_KEY = 24;
const functionKeys = Array.from({ length: LAST_FUNCTION_KEY }, (_, index) => `F${index + 1}`);
const keypadKeys = [...'0123456789/*-+.'].map((sign) => `KP${sign}`).concat('KPEnter');
const userKeys = Array.from({ length: 100 }, (_, index) => `User${index}`);

const mouseActions = ['Down', 'Up', 'Drag', 'DragEnd'].flatMap((action) =>
  ['1', '2', '3'].map((button) => `Mouse${action}${button}`),
);
const mouseClicks = ['SecondClick', 'DoubleClick', 'TripleClick'].flatMap((click) =>
  ['1', '2', '3'].map((button) => `${click}${button}`),
);
/** Mouse keys without the place, e.g. `MouseDown1`, `WheelUp`, `DoubleClick1`. */
const mouseKeys: readonly string[] = ['MouseMove', 'WheelUp', 'WheelDown', ...mouseActions, ...mouseClicks];
const mousePlaces = ['Pane', 'Status', 'StatusLeft', 'StatusRight', 'StatusDefault', 'Border'];

export const namedKeys: readonly string[] = [
  ...functionKeys,
  ...['IC', 'DC', 'Home', 'End', 'NPage', 'PPage', 'Up', 'Down', 'Left', 'Right'],
  ...['BTab', 'BSpace', 'Tab', 'Enter', 'Escape', 'Space'],
  ...keypadKeys,
];

/** Lower-case spelling → normal name; tmux compares names without case. */
const nameTable = new Map<string, string>(
  [
    ...namedKeys,
    ...userKeys,
    ...mouseKeys.flatMap((key) => mousePlaces.map((place) => key + place)),
    ...['Any', 'FocusIn', 'FocusOut', 'PasteStart', 'PasteEnd', 'Unknown'],
  ].map((name) => [name.toLowerCase(), name]),
);
for (const [name, others] of Object.entries(aliases))
  for (const other of others) nameTable.set(other.toLowerCase(), name);

/** Control characters that are keys of their own. */
const namedControls: Readonly<Record<string, string>> = { i: 'Tab', m: 'Enter', '[': 'Escape' };

/**
 * Reads a name as a user may type it: `^a`, `c-A`, `S-M-C-Up`, `0x41`, `PgDn`, `é`.
 * Returns undefined where tmux says "unknown key".
 */
export function parseKey(text: string): Key | undefined {
  let rest = text;
  const hexadecimal = /^0x([0-9a-f]{1,6})$/i.exec(rest);
  if (hexadecimal) {
    const code = Number.parseInt(hexadecimal[1] as string, 16);
    return code > 0x10ffff ? undefined : keyOfCodePoint(code, false, false);
  }
  let ctrl = false;
  let meta = false;
  let shift = false;
  if (rest.length > 1 && rest[0] === '^') {
    ctrl = true;
    rest = rest.slice(1);
  }
  while (rest.length > 2 && rest[1] === '-') {
    const modifier = (rest[0] as string).toLowerCase();
    if (modifier === 'c') ctrl = true;
    else if (modifier === 'm') meta = true;
    else if (modifier === 's') shift = true;
    else return undefined;
    rest = rest.slice(2);
  }
  const base = isOneCharacter(rest) ? rest : nameTable.get(rest.toLowerCase());
  if (base === undefined || /^[\x00-\x1f\x7f]$/.test(base)) return undefined;
  return control({ base: base === ' ' ? 'Space' : base, ctrl, meta, shift });
}

/** The key's name in normal form. */
export function formatKey(key: Key): string {
  const meta = key.meta ? 'M-' : '';
  const shift = key.shift ? 'S-' : '';
  if (key.ctrl && isControlBase(key.base)) {
    const zero = key.base === '@' && !key.meta && !key.shift;
    return `${meta}${shift}C-${zero ? 'Space' : key.base}`;
  }
  return `${key.ctrl ? 'C-' : ''}${meta}${shift}${key.base}`;
}

/** The normal form of a name, or undefined for an unknown key. */
export function normaliseKey(text: string): string | undefined {
  const key = parseKey(text);
  return key && formatKey(key);
}

/** A key from a character code and modifiers, where the terminal gives them apart (codes below 32 are control keys). */
export function keyOfCodePoint(code: number, meta: boolean, shift: boolean): Key {
  if (code < 32) {
    const base = String.fromCharCode(code === 0 || code > 26 ? code + 64 : code + 96);
    return control({ base, ctrl: true, meta, shift });
  }
  if (code === 127) return { base: 'BSpace', ctrl: false, meta, shift };
  return { base: code === 32 ? 'Space' : String.fromCodePoint(code), ctrl: false, meta, shift };
}

/** Adds modifiers, as a terminal reports them beside a key: `C-` on a letter makes the control character. */
export function withModifiers(key: Key, ctrl: boolean, meta: boolean, shift: boolean): Key {
  return control({
    base: key.base,
    ctrl: key.ctrl || ctrl,
    meta: key.meta || meta,
    shift: key.shift || shift,
  });
}

/** The byte 0 to 31 or 127 that a control key stands for, or undefined: `C-a` is 1, `C-?` 127, `C-1` nothing. */
export function controlCode(key: Key): number | undefined {
  if (!key.ctrl || !isControlBase(key.base)) return undefined;
  return key.base === '?' ? 127 : key.base.charCodeAt(0) & 31;
}

/** Turns ctrl and a character into the control character's own form, e.g. `C-A` to `C-a`, `C-[` to `Escape`. */
function control(key: Key): Key {
  if (!key.ctrl) return key;
  const base = key.base === 'Space' ? '@' : /^[A-Z]$/.test(key.base) ? key.base.toLowerCase() : key.base;
  const named = namedControls[base];
  return named ? { ...key, base: named, ctrl: false } : { ...key, base };
}

function isControlBase(base: string): boolean {
  return /^[a-z@[\\\]^_?]$/.test(base);
}

function isOneCharacter(text: string): boolean {
  const code = text.codePointAt(0);
  return code !== undefined && text.length === (code > 0xffff ? 2 : 1);
}
