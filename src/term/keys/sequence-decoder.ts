import type { InputEvent } from './input-events.ts';
import { MouseButton } from './input-events.ts';
import { formatKey, type Key, keyOfCodePoint, withModifiers } from './key-names.ts';
import * as tables from './key-sequences.ts';

/**
 * One control sequence (CSI or SS3) → what it means. Only whole sequences come here;
 * where they begin and end is the business of input-decoder.ts.
 */
type Meaning = InputEvent | 'paste-begin' | undefined;

/**
 * Meaning of CSI `body` `final`, e.g. `1;5` and `A`.
 * @param raw the sequence as sent, kept with a key
 * @param meta an escape came before it (rxvt's and tmux's way to say Alt)
 */
export function decodeCsi(body: string, final: string, raw: Uint8Array, meta: boolean): Meaning {
  const parts = /^([<-?]?)([0-9;:]*)([ -/]*)$/.exec(body);
  if (!parts) {
    // The Linux console's F1 to F5 have a second bracket where parameters belong.
    const name = body === '[' ? tables.consoleKeys[final] : undefined;
    return keyEvent(name, raw, false, meta, false);
  }
  const [, marker, list, intermediate] = parts as unknown as [string, string, string, string];
  const params = list.split(';').map((item) => Number.parseInt(item, 10) || 0);
  if (marker === '<' && (final === 'M' || final === 'm'))
    return mouse(params[0] ?? 0, (params[1] ?? 1) - 1, (params[2] ?? 1) - 1, final === 'm');
  if (marker !== '' || intermediate !== '') {
    const rxvtShift = marker === '' && final === '$';
    if (!rxvtShift) return { kind: 'reply', form: 'csi', text: body + final };
  }
  if (list === '' && (final === 'I' || final === 'O')) return { kind: 'focus', focused: final === 'I' };
  if (final === 'M' && params.length === 3)
    return mouse((params[0] ?? 32) - 32, (params[1] ?? 1) - 1, (params[2] ?? 1) - 1, undefined);
  if (final === '~' && params[0] === 200) return 'paste-begin';
  if (final === '~' && params[0] === 27 && params.length >= 3)
    return characterEvent(params[2] ?? 0, params[2] ?? 0, params[1] ?? 1, raw, meta);
  if (final === 'u') return decodeCsiU(list, raw, meta);
  if (isReply(list, params, final)) return { kind: 'reply', form: 'csi', text: body + final };

  const rxvt = tables.rxvtFinals[final];
  if (rxvt) return keyEvent(tables.tildeKeys[params[0] ?? 0], raw, rxvt.ctrl, meta, rxvt.shift);
  const rxvtArrow = list === '' ? tables.rxvtArrows[final] : undefined;
  if (rxvtArrow) return keyEvent(rxvtArrow, raw, false, meta, true);
  const name = final === '~' ? tables.tildeKeys[params[0] ?? 0] : tables.letterKeys[final];
  return modifiedEvent(name, params[1] ?? 1, raw, meta);
}

/** Meaning of SS3 `body` `final`; some terminals put modifiers there, as `ESC O 5 A` or `ESC O 1 ; 5 A`. */
export function decodeSs3(body: string, final: string, raw: Uint8Array, meta: boolean): Meaning {
  const rxvtArrow = tables.rxvtArrows[final];
  if (rxvtArrow) return keyEvent(rxvtArrow, raw, true, meta, false);
  const modifiers = Number.parseInt(body.split(';').at(-1) ?? '', 10) || 1;
  return modifiedEvent(tables.letterKeys[final] ?? tables.keypadKeys[final], modifiers, raw, meta);
}

/** Legacy mouse report: three bytes, each value plus 32. */
export function decodeLegacyMouse(button: number, column: number, line: number): InputEvent {
  return mouse(button - 32, column - 33, line - 33, undefined);
}

/** kitty's CSI code:shifted:base ; modifiers:event ; text u, and xterm's CSI code ; modifiers u. */
function decodeCsiU(list: string, raw: Uint8Array, meta: boolean): Meaning {
  const [codes = '', modifiers = ''] = list.split(';');
  const [code = 0, shifted = 0] = codes.split(':').map((item) => Number.parseInt(item, 10) || 0);
  const [mask = 1, event = 1] = modifiers.split(':').map((item) => Number.parseInt(item, 10) || 1);
  const RELEASED = 3;
  if (event === RELEASED) return undefined;
  if (!tables.isKittyFunctional(code)) return characterEvent(code, shifted || code, mask, raw, meta);
  const name = tables.kittyKey(code);
  return name === undefined ? undefined : modifiedEvent(name, mask, raw, meta);
}

/** A character with modifiers apart. Shift is in the character already, except beside control characters. */
function characterEvent(
  code: number,
  shifted: number,
  mask: number,
  raw: Uint8Array,
  meta: boolean,
): Meaning {
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return keyEvent(undefined, raw, false, meta, false);
  const bits = mask - 1;
  const shift = (bits & 1) !== 0;
  const ctrl = (bits & 4) !== 0;
  const plain = keyOfCodePoint(code, false, false);
  const special = code < 32 || code === 127;
  if (shift && code === 9) return keyEvent('BTab', raw, ctrl, meta || (bits & 10) !== 0, false);
  if (special || code === 32 || ctrl)
    return keyed(withModifiers(plain, ctrl, meta || (bits & 10) !== 0, shift), raw);
  let character = String.fromCodePoint(shifted);
  if (shift && shifted === code && character.toUpperCase().length === character.length)
    character = character.toUpperCase();
  return keyed({ base: character, ctrl: false, meta: meta || (bits & 10) !== 0, shift: false }, raw);
}

/** A named key with xterm's modifier parameter: 1 + shift 1, alt 2, ctrl 4, meta 8. */
function modifiedEvent(name: string | undefined, mask: number, raw: Uint8Array, meta: boolean): Meaning {
  const bits = mask - 1;
  return keyEvent(name, raw, (bits & 4) !== 0, meta || (bits & 10) !== 0, (bits & 1) !== 0);
}

function keyEvent(
  name: string | undefined,
  raw: Uint8Array,
  ctrl: boolean,
  meta: boolean,
  shift: boolean,
): InputEvent {
  if (name === undefined) return { kind: 'key', key: 'Unknown', raw };
  return keyed({ base: name, ctrl, meta, shift: shift && name !== 'BTab' }, raw);
}

function keyed(key: Key, raw: Uint8Array): InputEvent {
  return { kind: 'key', key: formatKey(key), raw };
}

/** `release` is undefined where the encoding says it by the low bits of the button. */
function mouse(button: number, x: number, y: number, release: boolean | undefined): InputEvent {
  const low = button & MouseButton.mask;
  const plain = (button & (MouseButton.motion | MouseButton.wheel)) === 0;
  return {
    kind: 'mouse',
    button: Math.max(0, button),
    x: Math.max(0, x),
    y: Math.max(0, y),
    release: release ?? (plain && low === MouseButton.none),
  };
}

/** Device attributes, device status, cursor position and window reports look like keys, but for their finals. */
function isReply(list: string, params: readonly number[], final: string): boolean {
  if (final === 'R') return params.length === 2 && !(params[0] === 1 && (params[1] ?? 0) > 1);
  return list !== '' && (final === 'c' || final === 'n' || final === 't');
}
