import headless from '@xterm/headless';

/**
 * The one place that knows private fields of @xterm/headless, whose version is
 * pinned for that reason. The public API cannot tell cursor style and visibility,
 * mouse encoding, charsets, scroll region, tabs, or the parser's state, all of
 * which a checkpoint needs; and reading cells through it costs four times as much.
 */

export type XtermTerminal = InstanceType<typeof headless.Terminal>;

/** Colours and attributes as the emulator packs them; see `cell-style.ts`. */
export interface RawAttributes {
  fg: number;
  bg: number;
  extended: RawExtended;
}

/** Underline shape and colour, and the link; treated as immutable, a change makes a new one. */
export interface RawExtended {
  _ext: number;
  _urlId: number;
  urlId: number;
  clone(): RawExtended;
}

/** A row: three words a cell in `_data`: content, fg, bg. */
export interface RawLine {
  _data: Uint32Array;
  _combined: Record<number, string>;
  _extendedAttrs: Record<number, RawExtended | undefined>;
  isWrapped: boolean;
  length: number;
  /** Not the emulator's: see `Scrollback`. */
  used?: number | undefined;
}

/** A ring of rows; `get(0)` is the oldest. */
export interface RawLines {
  length: number;
  maxLength: number;
  readonly isFull: boolean;
  get(index: number): RawLine | undefined;
  push(line: RawLine): void;
  trimStart(count: number): void;
  /** Turns the oldest row of a full ring into the newest, with its old content. */
  recycle(): RawLine;
}

type Charset = Record<string, string> | undefined;

export interface RawBuffer {
  lines: RawLines;
  x: number;
  y: number;
  ybase: number;
  ydisp: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: Record<number, boolean | undefined>;
  savedX: number;
  savedY: number;
  savedCurAttrData: RawAttributes;
  savedCharset: Charset;
  getBlankLine(attributes: RawAttributes, isWrapped?: boolean): RawLine;
}

interface RawBuffers {
  readonly normal: RawBuffer;
  readonly alt: RawBuffer;
  readonly active: RawBuffer;
  activateAltBuffer(fill?: RawAttributes): void;
  activateNormalBuffer(): void;
}

export interface RawModes {
  applicationCursorKeys: boolean;
  applicationKeypad: boolean;
  bracketedPasteMode: boolean;
  cursorBlink: boolean | undefined;
  cursorStyle: 'block' | 'underline' | 'bar' | undefined;
  origin: boolean;
  reverseWraparound: boolean;
  sendFocus: boolean;
  synchronizedOutput: boolean;
  wraparound: boolean;
}

/** Parameters of a sequence, and those after colons. */
export interface RawParams {
  params: Int32Array;
  length: number;
  _subParams: Int32Array;
  _subParamsLength: number;
  _subParamsIdx: Uint16Array;
  _rejectDigits: boolean;
  _rejectSubDigits: boolean;
  _digitIsSub: boolean;
  clone(): RawParams;
}

/** Collects the text of an OSC or DCS. */
interface RawStringHandler {
  _data: string;
  _hitLimit: boolean;
  _params?: RawParams;
}

export interface RawParser {
  currentState: number;
  precedingJoinState: number;
  _params: RawParams;
  _collect: number;
  /** Of handlers for the same sequence the last one comes first; `true` ends the round. */
  registerCsiHandler(
    id: { prefix?: string; intermediates?: string; final: string },
    handler: (params: RawParams) => boolean,
  ): void;
  /** To the ground state, with nothing collected. */
  reset(): void;
  setPrintHandler(handler: (data: Uint32Array, start: number, end: number) => void): void;
  _oscParser: {
    _state: number;
    _id: number;
    _active: RawStringHandler[];
    _handlers: Record<number, RawStringHandler[]>;
  };
  _dcsParser: { _ident: number; _active: RawStringHandler[]; _handlers: Record<number, RawStringHandler[]> };
}

export interface RawInputHandler {
  parse(data: Uint8Array): void;
  print(data: Uint32Array, start: number, end: number): void;
  _utf8Decoder: { clear(): void };
  _curAttrData: RawAttributes;
  _windowTitle: string;
  _iconName: string;
  _windowTitleStack: string[];
  _iconNameStack: string[];
  _parser: RawParser;
  setTitle(title: string): void;
  setIconName(name: string): void;
  eraseInDisplay(params: RawParams, selective: boolean): boolean;
  /** Blank with the present background. */
  _eraseAttrData(): RawAttributes;
}

export interface RawCore {
  readonly cols: number;
  readonly rows: number;
  _inputHandler: RawInputHandler;
  _bufferService: {
    buffers: RawBuffers;
    buffer: RawBuffer;
    scroll(erase: RawAttributes, isWrapped?: boolean): void;
  };
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] };
  coreService: {
    isCursorHidden: boolean;
    isCursorInitialized: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: RawModes;
  };
  coreMouseService: { activeProtocol: string; activeEncoding: string };
  optionsService: {
    rawOptions: { scrollback: number; convertEol: boolean; cursorBlink: boolean };
  };
  unicodeService: {
    register(provider: UnicodeProvider): void;
    activeVersion: string;
  };
}

interface UnicodeProvider {
  readonly version: string;
  wcwidth(code: number): 0 | 1 | 2;
  charProperties(code: number, before: number): number;
}

/** Some states of the parser, and that of its OSC parser in the text. */
export const ParserState = { escape: 1, osc: 8 } as const;
export const OscState = { payload: 2 } as const;

/** Offsets and bits of a cell's words. */
export const Cell = { size: 3, content: 0, fg: 1, bg: 2 } as const;
export const Content = { codePoint: 0x1fffff, combined: 0x200000, any: 0x3fffff, widthShift: 22 } as const;
export const Fg = {
  colour: 0x3ffffff,
  inverse: 0x4000000,
  bold: 0x8000000,
  underline: 0x10000000,
  blink: 0x20000000,
  invisible: 0x40000000,
  strike: 0x80000000,
} as const;
export const Bg = {
  colour: 0x3ffffff,
  italic: 0x4000000,
  dim: 0x8000000,
  extended: 0x10000000,
  protected: 0x20000000,
  overline: 0x40000000,
} as const;
export const Extended = { colour: 0x3ffffff, shapeShift: 26, shapeMask: 7 } as const;

/** Smallest size that the emulator accepts. */
export const MINIMUM_COLS = 2;

export interface XtermHandle {
  readonly terminal: XtermTerminal;
  readonly core: RawCore;
}

/** A terminal with `width` as its measure of characters, and the door to its inside. */
export function createXterm(
  size: { cols: number; rows: number; scrollback: number },
  width: UnicodeProvider,
): XtermHandle {
  const terminal = new headless.Terminal({
    ...size,
    allowProposedApi: true,
    logLevel: 'off',
    reflowCursorLine: true,
    windowOptions: { getWinSizeChars: true, pushTitle: true, popTitle: true },
  });
  // The named boundary: from here on the private fields have types of ours.
  const core = (terminal as unknown as { _core: RawCore })._core;
  if (!core._inputHandler?._parser?._oscParser || !core._bufferService?.scroll)
    throw new Error('@xterm/headless is not version 6.0.0: its inside differs; run npm ci');
  core.unicodeService.register(width);
  core.unicodeService.activeVersion = width.version;
  return { terminal, core };
}
