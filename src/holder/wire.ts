/**
 * The holder's protocol, on a unix socket. FROZEN AND ADDITIVE: a holder outlives
 * many daemons and is never upgraded in place, so message names and fields keep
 * their meaning for ever; new ones are added, unknown ones ignored by both sides.
 *
 * Frame: u32 length (big endian, of what follows) | u32 header length | header | payload.
 * Header: msgpack map with `t` (the name below) and the fields. Payload: raw bytes.
 *
 * The holder is the authority on effects: it drops input and spawns that it has
 * seen, keeps output until `free`, and keeps exits until `forget`.
 */
export const HOLDER_PROTOCOL = 1;

/** Frames above this are refused and end the connection. */
export const MAX_HOLDER_FRAME_BYTES = 16 * 1024 * 1024;

/** Output that no checkpoint covers yet is kept up to this many bytes per pane; then its source is paused. */
export const OUTPUT_KEPT_BYTES = 8 * 1024 * 1024;

/** What an observer may be sent beyond what it has taken (`took`), in bytes per pane: a flood waits here, not in a socket. */
export const OBSERVER_CREDIT_BYTES = 64 * 1024;

/**
 * A terminal's source is this far ahead of what its observer has taken at most: the prompt
 * after Ctrl-C waits for all that `yes` got rid of before, and 64 KiB of its lines take 15 ms.
 */
export const LIVE_BACKLOG_BYTES = 96 * 1024;

export type PaneKind = 'pty' | 'pipe';

export interface ExitStatus {
  /** Exit status 0-255, or 128 + signal as a shell reports it. */
  readonly code: number;
  /** Signal number that ended it, 0 for none. */
  readonly signal: number;
}

export interface HeldPane {
  readonly pane: string;
  readonly kind: PaneKind;
  /** Operation that spawned it. */
  readonly op: string;
  readonly pid: number;
  readonly cols: number;
  readonly rows: number;
  /** Offsets in bytes: of the oldest byte kept, and one past the newest. Pipes: of stdout. */
  readonly from: number;
  readonly end: number;
  /** stderr's offsets; pipes only. */
  readonly errFrom?: number;
  readonly errEnd?: number;
  readonly exit?: ExitStatus;
  /** `id` of the last resize that was carried out, 0 for none. */
  readonly resizeId: number;
  /** Whatever the daemon said at spawn (at most 64 KiB): lets a daemon adopt a pane that it has no record of. */
  readonly meta: string;
  /** Name of the pty's slave, e.g. /dev/pts/4; '' for pipes. */
  readonly tty: string;
}

/** From the daemon, or one of its threads (each opens a connection of its own). */
export type ToHolder =
  /** First on every connection. `daemon: true`: this connection is the daemon's life line; a newer one retires the older. */
  | { t: 'hello'; version: number; daemon: boolean; pid: number }
  /** How to start the daemon again when its life line breaks without `bye`; kept until said anew. `env` is complete. */
  | { t: 'respawn'; argv: string[]; cwd: string; env: Record<string, string> }
  /** The daemon ends on purpose: do not start it again. `quit`: the holder ends too once it holds no live pane. */
  | { t: 'bye'; quit: boolean }
  /** Starts a child once per `op`; a repeat answers the same `spawned`. PTY: cols, rows. Answer: spawned. */
  | {
      t: 'spawn';
      op: string;
      pane: string;
      kind: PaneKind;
      argv: string[];
      cwd: string;
      env: Record<string, string>;
      cols: number;
      rows: number;
      meta: string;
      /** argv[0] that the program sees, e.g. '-bash' for a login shell. */
      arg0?: string;
      /** File mode creation mask of the child; without it, the holder's own. */
      umask?: number;
      /** Pipes: stdin is /dev/null, which programs tell from a pipe that has ended. */
      noInput?: boolean;
      /** Pipes: what this pane prints from now on is the child's stdin, until that pane ends or `unlink`. */
      feedFrom?: string;
      /** Pipes: what the child prints is typed into this pane. */
      typeInto?: string;
    }
  /** A child with `feedFrom` gets the end of its input. */
  | { t: 'unlink'; pane: string }
  /** Payload goes to the child's terminal or stdin once: dropped (but acknowledged) unless seq > the source's last. Answer: took-input. */
  | { t: 'input'; pane: string; source: string; seq: number; eof?: boolean }
  /** A terminal query's answer (payload); dropped when {offset, ordinal} is not after the pane's last answer. No reply. */
  | { t: 'answer'; pane: string; offset: number; ordinal: number }
  /** New size; becomes a record in the output at the present offset. `id` grows; a repeat is dropped. */
  | { t: 'resize'; pane: string; cols: number; rows: number; id: number }
  /** To the process group in the foreground of a pty ('foreground'), or the child's own group ('group'), or the child ('process'). */
  | { t: 'signal'; pane: string; signal: number; to: 'foreground' | 'group' | 'process' }
  /** Send output, resizes and the exit from these offsets on; once per connection and pane. Answer: output… */
  | { t: 'observe'; pane: string; from: number; errFrom?: number }
  | { t: 'unobserve'; pane: string }
  /** Everything sent on this connection up to these offsets has been taken: grants credit. */
  | { t: 'took'; pane: string; offset: number; errOffset?: number }
  /** A checkpoint covers the output up to these offsets: the bytes may go. */
  | { t: 'free'; pane: string; offset: number; errOffset?: number }
  /** The exit is recorded: the pane may be dropped. With a live child: SIGHUP to its group, then SIGKILL, then dropped. */
  | { t: 'forget'; pane: string }
  /** Which panes are held. Answer: panes. */
  | { t: 'list'; id: number }
  /** Current folder, foreground command of the pane, from /proc. Answer: status. */
  | { t: 'status'; pane: string; id: number }
  /** Watch process `pid`: when it has gone, keep saying `gone` with `note` to the daemon until `unguard`. */
  | { t: 'guard'; key: string; pid: number; note: string }
  | { t: 'unguard'; key: string };

/** From the holder. */
export type FromHolder =
  /** Answer to hello. `sources`: last input seq by source. `guards`: key → note and whether it has gone. */
  | {
      t: 'welcome';
      version: number;
      incarnation: string;
      pid: number;
      panes: HeldPane[];
      sources: Record<string, number>;
      guards: Record<string, { note: string; gone: boolean }>;
    }
  /** `linked`: with `feedFrom` or `typeInto`; a holder that does not know them leaves it out. */
  | { t: 'spawned'; op: string; pane: string; pid: number; tty: string; linked?: boolean }
  | { t: 'spawn-failed'; op: string; pane: string; code: string; message: string }
  /** `done`: it reached the pty or pipe (or was a repeat); otherwise why not, e.g. the pane has gone. */
  | { t: 'took-input'; pane: string; source: string; seq: number; done: boolean; why?: string }
  /** Payload: bytes from `offset` on. */
  | { t: 'output'; pane: string; offset: number; err?: boolean }
  /** The size changed at this offset of the output. */
  | { t: 'resized'; pane: string; offset: number; cols: number; rows: number; id: number }
  /**
   * To each observer after its last byte of output (`observed`), and at once to the life line
   * unless it observes the pane, or another connection has started the child. These are the offsets one past the last byte.
   */
  | {
      t: 'exited';
      pane: string;
      observed: boolean;
      offset: number;
      errOffset?: number;
      exit: ExitStatus;
    }
  | { t: 'panes'; id: number; panes: HeldPane[] }
  | { t: 'status'; id: number; pane: string; cwd: string; command: string; pid: number }
  | { t: 'gone'; key: string; note: string }
  /** A message that could not be carried out; `about` is its t, `id` its id if it has one. */
  | { t: 'error'; about: string; pane?: string; id?: number; code: string; message: string };
