/** What a terminal sends, decoded. */
export type InputEvent = KeyInput | MouseInput | PasteInput | FocusInput | ReplyInput;

export interface KeyInput {
  readonly kind: 'key';
  /** tmux's name in normal form; `Unknown` for a sequence that no table has. */
  readonly key: string;
  /** The bytes that the terminal sent for it. */
  readonly raw: Uint8Array;
}

export interface MouseInput {
  readonly kind: 'mouse';
  /** xterm's Cb without the offset 32 of the legacy encoding: see `MouseButton`. */
  readonly button: number;
  /** Cell, from 0. */
  readonly x: number;
  readonly y: number;
  /** A button was released. Legacy reports do not say which one: `button` then has the low bits 3. */
  readonly release: boolean;
}

/** Bits of xterm's Cb (ctlseqs, "Mouse Tracking"). */
export const MouseButton = {
  /** Low two bits: 0 left, 1 middle, 2 right, 3 none. */
  mask: 3,
  none: 3,
  shift: 4,
  meta: 8,
  ctrl: 16,
  modifiers: 4 | 8 | 16,
  motion: 32,
  /** With the low bits 0 up, 1 down, 2 left, 3 right. */
  wheel: 64,
} as const;

export type PasteInput =
  | { readonly kind: 'paste'; readonly part: 'begin' | 'end' }
  /** At most `MAX_PASTE_PIECE_BYTES`, split anywhere, also inside a character. */
  | { readonly kind: 'paste'; readonly part: 'piece'; readonly text: Uint8Array };

export interface FocusInput {
  readonly kind: 'focus';
  readonly focused: boolean;
}

/** The terminal answers a question of ours. `text` has neither introducer nor terminator, e.g. csi `?1;2c`, osc `11;rgb:0/0/0`. */
export interface ReplyInput {
  readonly kind: 'reply';
  readonly form: 'csi' | 'osc' | 'dcs' | 'apc';
  readonly text: string;
}
