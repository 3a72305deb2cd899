import { type ByteReader, ByteWriter } from './byte-stream.ts';
import { readLine, writeLine } from './line-codec.ts';
import { restoreParser, type SavedParser, saveParser } from './parser-state.ts';
import type { RawAttributes, RawBuffer, RawCore, RawExtended, RawModes } from './xterm-internals.ts';

/** fg, bg, ext, link */
type SavedAttributes = [number, number, number, number];
/** Pairs of a charset's replacements; null: ASCII. */
type SavedCharset = [string, string][] | null;

interface SavedBuffer {
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  tabs: number[];
  savedX: number;
  savedY: number;
  savedAttributes: SavedAttributes;
  savedCharset: SavedCharset;
  lines: number;
  /** Of the ring of lines: an inactive alternate screen keeps more room than its size asks for. */
  room: number;
}

/** Everything inside of the emulator but its cells. */
export interface XtermState {
  normal: SavedBuffer;
  alternate: SavedBuffer;
  alternateActive: boolean;
  attributes: SavedAttributes;
  charset: { level: number; current: SavedCharset; sets: SavedCharset[] };
  cursor: { hidden: boolean; initialized: boolean };
  insert: boolean;
  modes: Partial<RawModes>;
  mouse: { protocol: string; encoding: string };
  options: { convertEol: boolean; cursorBlink: boolean };
  titles: { window: string; icon: string; windows: string[]; icons: string[] };
  parser: SavedParser;
}

/** The state, and the rows of both screens in the order normal, alternate. */
export function saveXterm(core: RawCore): { state: XtermState; lines: Uint8Array } {
  const { buffers } = core._bufferService;
  const { coreService, coreMouseService, optionsService, _charsetService: charsets } = core;
  const handler = core._inputHandler;
  const writer = new ByteWriter();
  const state: XtermState = {
    normal: saveBuffer(buffers.normal, writer),
    alternate: saveBuffer(buffers.alt, writer),
    alternateActive: buffers.active === buffers.alt,
    attributes: saveAttributes(handler._curAttrData),
    charset: {
      level: charsets.glevel,
      current: saveCharset(charsets.charset),
      // A sparse array: sets that were never designated are holes.
      sets: Array.from(charsets._charsets, saveCharset),
    },
    cursor: { hidden: coreService.isCursorHidden, initialized: coreService.isCursorInitialized },
    insert: coreService.modes.insertMode,
    modes: { ...coreService.decPrivateModes },
    mouse: { protocol: coreMouseService.activeProtocol, encoding: coreMouseService.activeEncoding },
    options: {
      convertEol: optionsService.rawOptions.convertEol,
      cursorBlink: optionsService.rawOptions.cursorBlink,
    },
    titles: {
      window: handler._windowTitle,
      icon: handler._iconName,
      windows: [...handler._windowTitleStack],
      icons: [...handler._iconNameStack],
    },
    parser: saveParser(handler._parser),
  };
  return { state, lines: writer.view() };
}

/** Puts a saved state into an emulator of the saved size. */
export function restoreXterm(core: RawCore, state: XtermState, lines: ByteReader): void {
  const { buffers } = core._bufferService;
  const { coreService, coreMouseService, optionsService, _charsetService: charsets } = core;
  const handler = core._inputHandler;
  const blank = handler._curAttrData.extended;
  const likeness = (ext: number, link: number): RawExtended => {
    const extended = blank.clone();
    extended._ext = ext;
    extended.urlId = link;
    return extended;
  };
  if (state.alternateActive) buffers.activateAltBuffer();
  else buffers.activateNormalBuffer();
  restoreBuffer(buffers.normal, state.normal, lines, likeness);
  restoreBuffer(buffers.alt, state.alternate, lines, likeness);
  restoreAttributes(handler._curAttrData, state.attributes, likeness);
  charsets.glevel = state.charset.level;
  charsets.charset = restoreCharset(state.charset.current);
  charsets._charsets = state.charset.sets.map(restoreCharset);
  coreService.isCursorHidden = state.cursor.hidden;
  coreService.isCursorInitialized = state.cursor.initialized;
  coreService.modes.insertMode = state.insert;
  Object.assign(coreService.decPrivateModes, { cursorBlink: undefined, cursorStyle: undefined }, state.modes);
  coreMouseService.activeProtocol = state.mouse.protocol;
  coreMouseService.activeEncoding = state.mouse.encoding;
  Object.assign(optionsService.rawOptions, state.options);
  handler._windowTitle = state.titles.window;
  handler._iconName = state.titles.icon;
  handler._windowTitleStack = state.titles.windows;
  handler._iconNameStack = state.titles.icons;
  restoreParser(handler._parser, state.parser);
}

function saveBuffer(buffer: RawBuffer, writer: ByteWriter): SavedBuffer {
  const { lines } = buffer;
  for (let i = 0; i < lines.length; i++) {
    const line = lines.get(i);
    if (line) writeLine(writer, line);
  }
  return {
    x: buffer.x,
    y: buffer.y,
    ybase: buffer.ybase,
    scrollTop: buffer.scrollTop,
    scrollBottom: buffer.scrollBottom,
    tabs: Object.entries(buffer.tabs).flatMap(([column, set]) => (set ? [Number(column)] : [])),
    savedX: buffer.savedX,
    savedY: buffer.savedY,
    savedAttributes: saveAttributes(buffer.savedCurAttrData),
    savedCharset: saveCharset(buffer.savedCharset),
    lines: lines.length,
    room: lines.maxLength,
  };
}

function restoreBuffer(
  buffer: RawBuffer,
  saved: SavedBuffer,
  lines: ByteReader,
  likeness: (ext: number, link: number) => RawExtended,
): void {
  buffer.lines.length = 0;
  buffer.lines.maxLength = saved.room;
  for (let i = 0; i < saved.lines; i++) buffer.lines.push(readLine(lines, buffer, likeness));
  buffer.x = saved.x;
  buffer.y = saved.y;
  buffer.ybase = saved.ybase;
  buffer.ydisp = saved.ybase;
  buffer.scrollTop = saved.scrollTop;
  buffer.scrollBottom = saved.scrollBottom;
  buffer.tabs = Object.fromEntries(saved.tabs.map((column) => [column, true]));
  buffer.savedX = saved.savedX;
  buffer.savedY = saved.savedY;
  restoreAttributes(buffer.savedCurAttrData, saved.savedAttributes, likeness);
  buffer.savedCharset = restoreCharset(saved.savedCharset);
}

function saveAttributes({ fg, bg, extended }: RawAttributes): SavedAttributes {
  return [fg, bg, extended._ext, extended._urlId];
}

function restoreAttributes(
  attributes: RawAttributes,
  [fg, bg, ext, link]: SavedAttributes,
  likeness: (ext: number, link: number) => RawExtended,
): void {
  attributes.fg = fg;
  attributes.bg = bg;
  attributes.extended = likeness(ext, link);
}

function saveCharset(charset: Record<string, string> | undefined): SavedCharset {
  return charset ? Object.entries(charset) : null;
}

function restoreCharset(saved: SavedCharset): Record<string, string> | undefined {
  return saved ? Object.fromEntries(saved) : undefined;
}
