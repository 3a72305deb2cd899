import * as v from 'valibot';
import { cells, environment, errorInfo, id, int, message, text, uint } from '../message.ts';

/** Commands and attached clients. */

/** Output in one RESULT_PIECE at most. */
export const OUTPUT_PIECE_BYTES = 256 * 1024;

export const REPLY = message(
  20,
  'REPLY',
  'control',
  'both',
  'Answers the request `re` that has no answer of its own.',
  {
    re: uint,
    error: v.optional(errorInfo),
  },
);

export const COMMAND = message(
  21,
  'COMMAND',
  'control',
  'client',
  'Runs commands of the command language once; answered by RESULT. Payload: standard input, where they read it.',
  {
    id: uint,
    /** Operation id: the same one again returns the recorded result. */
    op: id,
    /** Words as on the command line; `;` as a word of its own separates commands. */
    argv: v.array(v.pipe(v.string(), v.maxLength(1024 * 1024))),
    cwd: text,
    /** The caller's environment, where the command starts something (new-session -E). */
    env: v.optional(environment),
    /** $ZMX_PANE of the caller: the default target. */
    pane: v.optional(text),
    /** Attached client id that the command is for, e.g. of a nested `zmx detach`. */
    client: v.optional(text),
    /** The caller's terminal, for a session that it will attach to (new-session). */
    size: v.optional(v.object({ cols: cells, rows: cells })),
    /** The client reads long output in pieces; otherwise it comes whole, or an error when that cannot be. */
    pieces: v.optional(v.boolean()),
  },
);

export const RESULT = message(
  22,
  'RESULT',
  'control',
  'daemon',
  "A command's end; payload: standard output, standard error.",
  {
    re: uint,
    status: uint,
    /** The command line asks the client to attach itself here after (new-session, attach-session). */
    attach: v.optional(
      v.object({ target: text, readOnly: v.optional(v.boolean()), detachOthers: v.optional(v.boolean()) }),
    ),
    /** Standard input is to be printed in this empty pane, as it comes: by `display-message -I -t` with a piece as payload. */
    feed: v.optional(text),
    /** Standard output has so many bytes, is not in the payload and is to be read by RESULT_READ. */
    length: v.optional(uint),
  },
);

export const RESULT_READ = message(
  23,
  'RESULT_READ',
  'control',
  'client',
  "Asks for a piece of a command's standard output; answered by RESULT_PIECE.",
  {
    id: uint,
    /** Of the command. */
    op: id,
    offset: uint,
    length: v.pipe(uint, v.maxValue(OUTPUT_PIECE_BYTES)),
  },
);

export const RESULT_PIECE = message(
  24,
  'RESULT_PIECE',
  'bulk',
  'daemon',
  'The piece as payload, shorter only at the end.',
  { re: uint, error: v.optional(errorInfo) },
);

export const ATTACH = message(
  30,
  'ATTACH',
  'control',
  'client',
  'Makes this connection an attached client of a session; answered by ATTACHED.',
  {
    id: uint,
    /** tmux target of the session; '' = the most recent one. */
    target: text,
    /** Make the session if it does not exist. */
    create: v.optional(v.boolean()),
    readOnly: v.optional(v.boolean()),
    detachOthers: v.optional(v.boolean()),
    cols: cells,
    rows: cells,
    cwd: text,
    /** For update-environment and for a session that is made. */
    env: environment,
    /** $TERM, and what the terminal can do beyond it: 'rgb', 'sync', 'undercurl', 'links', 'clipboard', 'focus', 'title'. */
    term: text,
    features: v.array(text),
    /** Terminal's device, e.g. /dev/pts/3, for list-clients. */
    tty: text,
    pid: uint,
    host: text,
    /** After a new epoch: the client id of before, and the next event's number. */
    client: v.optional(id),
  },
);

export const ATTACHED = message(31, 'ATTACHED', 'control', 'daemon', 'The client is attached.', {
  re: uint,
  client: id,
  /** Events up to this one are done with; after a new epoch the client sends the later ones again. */
  done: uint,
});

/** One thing that a person did; ordered by `seq` from 1, dispatched in that order, done with once. */
export const EVENT = message(
  32,
  'EVENT',
  'control',
  'client',
  'A key, mouse report, paste, size or focus; payload: the text of a paste or the raw bytes of a key.',
  {
    seq: uint,
    event: v.variant('kind', [
      /** `key` is tmux's name of it: 'C-b', 'M-Left', 'é', 'Enter'. Payload: the bytes that the terminal sent. */
      v.object({ kind: v.literal('key'), key: text }),
      v.object({
        kind: v.literal('mouse'),
        /**
         * tmux's name without place, e.g. 'MouseDown1', 'WheelUp', 'MouseDrag1', 'C-MouseDown3'. A drag keeps the
         * place and pane of its press. 'DoubleClick1' says that a second click stayed alone: it is no report of
         * the terminal, and no pane's program gets it.
         */
        key: text,
        /** Where, as the client drew it. */
        place: v.picklist([
          'pane',
          'border',
          'status',
          'status-left',
          'status-right',
          'status-default',
          'none',
        ]),
        /** Pane under the pointer, or beside the border; '' for none. */
        pane: text,
        /** Cell of the client's terminal. */
        x: int,
        y: int,
        /** Cell inside the pane. */
        paneX: int,
        paneY: int,
        /** `#[range=…]` of the status line under the pointer, e.g. 'window|3'. */
        range: v.optional(text),
        /** Button state of the report for a pane that wants mouse events: xterm's Cb without the release bit, and whether it is a release. */
        button: uint,
        release: v.boolean(),
      }),
      /** A paste is begin, pieces of at most 16 KiB, end; pieces carry the text as payload. */
      v.object({ kind: v.literal('paste'), part: v.picklist(['begin', 'piece', 'end']) }),
      v.object({ kind: v.literal('size'), cols: cells, rows: cells }),
      v.object({ kind: v.literal('focus'), focused: v.boolean() }),
      /** An overlay's answer: the chooser's entry, the menu's item; '' when the button was released beside a menu's items. */
      v.object({ kind: v.literal('choose'), overlay: text, value: text }),
    ]),
  },
);

export const EVENTS_DONE = message(
  33,
  'EVENTS_DONE',
  'control',
  'daemon',
  'Events up to `seq` have had their effect, for good.',
  { seq: uint },
);

const box = { x: uint, y: uint, cols: cells, rows: cells };

/** Everything that the client draws besides the panes' cells. Strings with style are in tmux's #[…] notation. */
export const SCREEN = message(
  34,
  'SCREEN',
  'control',
  'daemon',
  'What an attached client shows besides the cells of its panes; whole each time.',
  {
    version: uint,
    session: v.object({ id: text, name: text }),
    window: v.object({ id: text, index: uint, name: text, zoomed: v.boolean(), cols: cells, rows: cells }),
    /** Cell of the window at the top left of the client's pane area, where the window is larger than the client. */
    origin: v.object({ x: uint, y: uint }),
    panes: v.array(
      v.object({
        /** The pane's uuid, which frames name; and its local id, e.g. '%3'. */
        pane: id,
        name: text,
        index: uint,
        ...box,
        active: v.boolean(),
        /** pane-border-format, expanded. */
        title: text,
        /** Not '' for a view of another host. */
        host: text,
        /** ms since the view's last word, while it is stale. */
        staleMs: v.optional(uint),
        dead: v.boolean(),
        marked: v.boolean(),
        /** default style of the pane (window-style). */
        style: text,
        inputOff: v.boolean(),
      }),
    ),
    border: v.object({
      lines: text,
      style: text,
      activeStyle: text,
      status: v.picklist(['off', 'top', 'bottom']),
      indicators: text,
    }),
    status: v.object({ position: v.picklist(['off', 'top', 'bottom']), lines: v.array(text), style: text }),
    /** display-message, in message-style. */
    message: v.optional(v.object({ text, style: text })),
    prompt: v.optional(v.object({ id: text, label: text, value: text, cursor: uint, style: text })),
    overlay: v.optional(
      v.variant('kind', [
        v.object({
          kind: v.literal('list'),
          id: text,
          title: text,
          items: v.array(v.object({ value: text, label: text })),
          selected: uint,
        }),
        v.object({ kind: v.literal('text'), id: text, title: text, lines: v.array(text), scroll: uint }),
        v.object({ kind: v.literal('confirm'), id: text, text }),
        v.object({
          kind: v.literal('menu'),
          id: text,
          title: text,
          items: v.array(v.object({ value: text, label: text, key: text })),
          selected: int,
          x: uint,
          y: uint,
        }),
        v.object({ kind: v.literal('pane-numbers'), id: text }),
        /** A program in a box, border included; its cells come in frames of `pane`. `lines`: popup-border-lines. */
        v.object({
          kind: v.literal('popup'),
          id: text,
          pane: id,
          title: text,
          ...box,
          lines: text,
          style: text,
          borderStyle: text,
        }),
        v.object({ kind: v.literal('clock'), id: text, pane: id, time: text }),
      ]),
    ),
    /** Key table in which the next key is looked up, for hints: 'root', 'prefix', 'copy-mode', … */
    table: text,
    /** The terminal is to report the mouse: by the option, or for a pane's program. */
    mouse: v.boolean(),
    /** Movement without a button too: a pane's program asked for it (DECSET 1003). */
    mouseMoves: v.optional(v.boolean()),
    /** Terminal title (set-titles), or ''. */
    title: text,
    escapeTimeMs: uint,
  },
);

export const DETACHED = message(35, 'DETACHED', 'control', 'daemon', 'The client is no longer attached.', {
  reason: v.picklist(['detached', 'exited', 'killed', 'switched', 'server-exited', 'lost']),
  message: text,
});

export const BELL = message(36, 'BELL', 'control', 'daemon', "Ring the terminal's bell.", {});
export const CLIPBOARD = message(
  37,
  'CLIPBOARD',
  'control',
  'daemon',
  "Set the terminal's clipboard (OSC 52); payload: the text.",
  {},
);
export const LOCK = message(
  39,
  'LOCK',
  'control',
  'daemon',
  'Give the terminal to this command until it ends (lock-command); a client of another host does not.',
  { command: text },
);
export const SUSPEND = message(
  38,
  'SUSPEND',
  'control',
  'daemon',
  'Stop as by SIGTSTP (suspend-client).',
  {},
);
