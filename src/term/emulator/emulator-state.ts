import { ByteReader, ByteWriter } from './byte-stream.ts';
import type { ColoursState } from './colours.ts';
import type { HistoryLine } from './history-line.ts';
import type { InputModesState } from './input-modes.ts';
import type { XtermState } from './xterm-state.ts';

/**
 * A checkpoint of an emulator: u8 version | text (JSON) | varint length, open line of
 * the history | rows of both screens. JSON for what is small and changes shape with
 * each version, bytes of our own for what is large.
 */

/** Grows when an old state can no longer be read. */
const STATE_VERSION = 1;

/** Everything but the cells. */
export interface EmulatorState {
  readonly cols: number;
  readonly rows: number;
  /** Bytes of a character that was cut. */
  readonly rest: readonly number[];
  /** Answers to queries so far. */
  readonly ordinal: number;
  readonly links: readonly (readonly [id: number, uri: string])[];
  readonly input: InputModesState;
  readonly colours: ColoursState;
  readonly xterm: XtermState;
}

/** @returns parts to be stored one after another. */
export function encodeState(
  state: EmulatorState,
  open: HistoryLine | undefined,
  lines: Uint8Array,
): Uint8Array[] {
  const head = new ByteWriter();
  head.byte(STATE_VERSION);
  head.text(JSON.stringify({ ...state, open: open && { cells: open.cells, wide: open.wide } }));
  head.varint(open?.bytes.length ?? 0);
  return [head.view(), ...(open ? [open.bytes] : []), lines];
}

/**
 * @returns the state, the line that had left the screen and might go on, and the rows.
 * @throws Error when the bytes are of another version or damaged.
 */
export function decodeState(bytes: Uint8Array): {
  state: EmulatorState;
  open: HistoryLine | undefined;
  lines: ByteReader;
} {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== STATE_VERSION)
    throw new Error(`the screen was saved in format ${version}, not ${STATE_VERSION}`);
  const { open, ...state } = JSON.parse(reader.text()) as EmulatorState & {
    open?: Omit<HistoryLine, 'bytes'>;
  };
  const openBytes = reader.bytes(reader.varint());
  return { state, open: open && { ...open, bytes: openBytes }, lines: reader };
}
