import type { InputEvent } from './input-events.ts';
import { formatKey, type Key, keyOfCodePoint } from './key-names.ts';
import { decodeCsi, decodeLegacyMouse, decodeSs3 } from './sequence-decoder.ts';

/**
 * Bytes of a terminal → events. Pure: no streams, no clock. Bytes may be split
 * anywhere, also inside a character, a sequence or the end mark of a paste, and the
 * events are the same; what is incomplete is kept until the next `feed`.
 *
 * Only a person's keys are ambiguous: Escape begins every sequence. The caller calls
 * `flush` when nothing has followed for the escape time. A longer beginning, such as
 * `ESC [ 1 ;`, was not typed, so it is waited for however slow the line is: letting
 * it go would put its rest into the pane as text.
 */
export const MAX_PASTE_PIECE_BYTES = 16 * 1024;

/** A reply (OSC, DCS, APC) that is longer is dropped; the longest that we ask for has some 100 bytes. */
const MAX_REPLY_BYTES = 64 * 1024;
/** No terminal sends a longer CSI; what goes on is taken as text. */
const MAX_CSI_BYTES = 256;

const ESC = 0x1b;
const BEL = 0x07;
/** `[`, `O` and `M`, where they follow an escape. */
const CSI = 0x5b;
const SS3 = 0x4f;
const LEGACY_MOUSE = 0x4d;
/** Introducers of replies, and the first byte that every reply of that form has. */
const replyForms: Readonly<Record<number, { name: 'osc' | 'dcs' | 'apc'; begins: RegExp }>> = {
  93: { name: 'osc', begins: /\d/ },
  80: { name: 'dcs', begins: /[\d>!]/ },
  95: { name: 'apc', begins: /G/ },
};
const escapeKey: Key = { base: 'Escape', ctrl: false, meta: false, shift: false };
const NOTHING = new Uint8Array(0);
const PASTE_END = Buffer.from('\x1b[201~');

/** A decoded event and how many bytes it took. */
interface Decoded {
  readonly event: InputEvent | 'paste-begin' | undefined;
  readonly end: number;
}
type Result = Decoded | 'incomplete';

export class InputDecoder {
  /** Undecided bytes of earlier feeds. */
  #rest: Uint8Array = NOTHING;
  #pasting = false;

  /** Escape, or a beginning that a person may have typed, waits for `flush`. */
  get pending(): boolean {
    return !this.#pasting && isTypeable(this.#rest);
  }

  /** Bytes kept until the next feed. */
  get held(): number {
    return this.#rest.length;
  }

  feed(bytes: Uint8Array): InputEvent[] {
    return this.#decode(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]), false);
  }

  /** The escape time is over: what could be a key is one now. */
  flush(): InputEvent[] {
    return this.pending ? this.#decode(this.#rest, true) : [];
  }

  #decode(bytes: Uint8Array, expired: boolean): InputEvent[] {
    const events: InputEvent[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#pasting) {
        const next = this.#paste(bytes, at, events);
        if (next === at) break;
        at = next;
        continue;
      }
      const result = decodeAt(bytes, at, expired);
      if (result === 'incomplete') break;
      if (result.event === 'paste-begin') {
        this.#pasting = true;
        events.push({ kind: 'paste', part: 'begin' });
      } else if (result.event) events.push(result.event);
      at = result.end;
    }
    // A copy, so that a few bytes do not keep a large chunk alive.
    this.#rest = at === bytes.length ? NOTHING : bytes.slice(at);
    return events;
  }

  /** Takes what is certainly pasted text, and the end mark; returns where it stopped. */
  #paste(bytes: Uint8Array, from: number, events: InputEvent[]): number {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const found = view.indexOf(PASTE_END, from);
    const end = found >= 0 ? found : bytes.length - beginningOfMark(bytes, from);
    for (let at = from; at < end; at += MAX_PASTE_PIECE_BYTES)
      events.push({
        kind: 'paste',
        part: 'piece',
        text: bytes.subarray(at, Math.min(end, at + MAX_PASTE_PIECE_BYTES)),
      });
    if (found < 0) return end;
    this.#pasting = false;
    events.push({ kind: 'paste', part: 'end' });
    return found + PASTE_END.length;
  }
}

/** Length of the longest beginning of the paste's end mark with which `bytes` ends. */
function beginningOfMark(bytes: Uint8Array, from: number): number {
  const last = bytes.lastIndexOf(ESC);
  const length = bytes.length - last;
  if (last < from || length >= PASTE_END.length) return 0;
  return PASTE_END.subarray(0, length).equals(bytes.subarray(last)) ? length : 0;
}

/** ESC, ESC ESC, and these with the first byte of a sequence (Alt-[ and the like). */
function isTypeable(bytes: Uint8Array): boolean {
  return (
    bytes[0] === ESC && bytes.length <= 3 && /^\x1b(\x1b?[[O]?|[\]P_])$/.test(ascii(bytes, 0, bytes.length))
  );
}

function decodeAt(bytes: Uint8Array, at: number, expired: boolean): Result {
  if (bytes[at] !== ESC) return decodeCharacter(bytes, at, at);
  const second = bytes[at + 1];
  if (second === undefined) return expired ? key(escapeKey, bytes, at, at + 1) : 'incomplete';
  if (second === ESC) return decodeDoubleEscape(bytes, at, expired);
  return decodeSequence(bytes, at, at + 1, expired);
}

/**
 * `ESC ESC [ A` is Alt with a key that is itself a sequence; in `ESC ESC x` the first
 * is the key Escape and the second begins Alt-x (tmux's rule).
 */
function decodeDoubleEscape(bytes: Uint8Array, at: number, expired: boolean): Result {
  const third = bytes[at + 2];
  if (third === undefined)
    return expired ? key({ ...escapeKey, meta: true }, bytes, at, at + 2) : 'incomplete';
  const typed = expired && bytes.length === at + 3;
  if ((third === CSI || third === SS3) && !typed) return decodeSequence(bytes, at, at + 2, expired);
  return key(escapeKey, bytes, at, at + 1);
}

/** `at` is where the raw bytes begin, `from` the byte after the last escape. */
function decodeSequence(bytes: Uint8Array, at: number, from: number, expired: boolean): Result {
  const typed = expired && bytes.length === from + 1;
  if (!typed) {
    if (bytes[from] === CSI) return decodeControlSequence(bytes, at, from + 1);
    if (bytes[from] === SS3) return decodeSingleShift(bytes, at, from + 1);
    const reply = decodeReply(bytes, from);
    if (reply) return reply;
  }
  return decodeCharacter(bytes, at, from);
}

/** `from` is the byte after `ESC [`. */
function decodeControlSequence(bytes: Uint8Array, at: number, from: number): Result {
  if (bytes[from] === LEGACY_MOUSE) {
    if (bytes.length < from + 4) return 'incomplete';
    const [button = 0, column = 0, line = 0] = bytes.subarray(from + 1, from + 4);
    return { event: decodeLegacyMouse(button, column, line), end: from + 4 };
  }
  // The Linux console sends `ESC [ [ A`: its second bracket is no final.
  for (let end = bytes[from] === CSI ? from + 1 : from; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    // rxvt ends shifted keys with `$`, an intermediate elsewhere: there something else stands before it.
    const final = (byte >= 0x40 && byte <= 0x7e) || (byte === 0x24 && /^\d+$/.test(ascii(bytes, from, end)));
    if (final) {
      const meta = from - at > 2;
      const event = decodeCsi(
        ascii(bytes, from, end),
        String.fromCharCode(byte),
        bytes.subarray(at, end + 1),
        meta,
      );
      return { event, end: end + 1 };
    }
    if (byte < 0x20 || byte > 0x7e || end - from > MAX_CSI_BYTES) return { event: undefined, end };
  }
  return 'incomplete';
}

/** `from` is the byte after `ESC O`. */
function decodeSingleShift(bytes: Uint8Array, at: number, from: number): Result {
  for (let end = from; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    const parameter = (byte >= 0x30 && byte <= 0x39) || byte === 0x3b;
    if (parameter && end - from < MAX_CSI_BYTES) continue;
    if (byte < 0x21 || byte > 0x7e) return { event: undefined, end };
    const final = String.fromCharCode(byte);
    const event = decodeSs3(ascii(bytes, from, end), final, bytes.subarray(at, end + 1), from - at > 2);
    return { event, end: end + 1 };
  }
  return 'incomplete';
}

/**
 * OSC, DCS or APC up to BEL or ST. What does not begin as a reply does (OSC with a
 * digit, DCS with `>`, `!` or a digit, APC with `G`) is Alt and a character: undefined.
 * A control character ends a broken one, so that a person's Enter always gets out.
 */
function decodeReply(bytes: Uint8Array, from: number): Result | undefined {
  const form = replyForms[bytes[from] as number];
  if (!form) return undefined;
  if (bytes.length === from + 1) return 'incomplete';
  if (!form.begins.test(String.fromCharCode(bytes[from + 1] as number))) return undefined;
  for (let end = from + 1; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (byte >= 0x20 && end - from < MAX_REPLY_BYTES) continue;
    if (byte === ESC && bytes[end + 1] === undefined) return 'incomplete';
    const terminated = byte === ESC && bytes[end + 1] === 0x5c;
    if (!terminated && byte !== BEL) return { event: undefined, end };
    const text = Buffer.from(bytes.subarray(from + 1, end)).toString('utf8');
    return { event: { kind: 'reply', form: form.name, text }, end: end + (terminated ? 2 : 1) };
  }
  return 'incomplete';
}

/** The character at `from`, with Alt when an escape stands before it. */
function decodeCharacter(bytes: Uint8Array, at: number, from: number): Result {
  const meta = from > at;
  const first = bytes[from] as number;
  if (first < 0x80) return key(keyOfCodePoint(first, meta, false), bytes, at, from + 1);
  const length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  let end = from + 1;
  while (end < from + length && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end++;
  if (length > 1 && first <= 0xf4 && end === bytes.length && end < from + length) return 'incomplete';
  const text = Buffer.from(bytes.subarray(from, end)).toString('utf8');
  const code = text.codePointAt(0) ?? 0xfffd;
  // Bytes that are no UTF-8 (another charset) keep their raw form, one key each.
  const valid = end === from + length && code !== 0xfffd;
  return key(keyOfCodePoint(valid ? code : 0xfffd, meta, false), bytes, at, valid ? end : from + 1);
}

function key(meant: Key, bytes: Uint8Array, at: number, end: number): Decoded {
  return { event: { kind: 'key', key: formatKey(meant), raw: bytes.subarray(at, end) }, end };
}

function ascii(bytes: Uint8Array, from: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(from, end));
}
