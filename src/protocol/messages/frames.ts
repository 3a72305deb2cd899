import * as v from 'valibot';
import { type Body, cells, id, message, text, uint } from '../message.ts';

/**
 * Screens. A pane's screen is synchronised: a frame names the frame that it builds
 * on, and carries the rows that changed since then, each whole.
 */
export const FRAME = message(
  40,
  'FRAME',
  'bulk',
  'daemon',
  'Changed rows of a pane; payload: one encoded row for each entry of rows, see ROWS.',
  {
    pane: id,
    /** Number of this frame for this pane and client; grows. */
    seq: uint,
    /** The frame that this one builds on; 0: none, all rows follow. */
    base: uint,
    cols: cells,
    rows: cells,
    /** Screen rows that the payload has, in its order. */
    changed: v.array(uint),
    /** Byte length of each row in the payload. */
    lengths: v.array(uint),
    /** Before the changed rows are put in place, move rows up by this many. */
    scroll: v.optional(uint, 0),
    cursor: v.object({
      x: uint,
      y: uint,
      visible: v.boolean(),
      /** DECSCUSR parameter 0-6. */
      shape: v.optional(uint, 0),
      /** OSC 12 colour, '' for the terminal's own. */
      colour: v.optional(text, ''),
    }),
    /** Lines scrolled back and lines of history, while the pane is in copy mode; how many matches a search has, e.g. '60' or '1000+'. */
    copy: v.optional(v.object({ scroll: uint, history: uint, results: v.optional(text) })),
    /** The sequence number of the latest key event of this client whose echo this frame may hold; for measurement. */
    echo: v.optional(uint),
  },
);
export type FrameBody = Body<typeof FRAME>;

export const FRAME_TAKEN = message(
  41,
  'FRAME_TAKEN',
  'control',
  'client',
  'The client has drawn this frame: another may be sent.',
  {
    pane: id,
    seq: uint,
  },
);

export const FRAME_WANTED = message(
  42,
  'FRAME_WANTED',
  'control',
  'client',
  'The client lacks the base of a frame: send a full one.',
  {
    pane: id,
  },
);
