import * as v from 'valibot';
import { cells, environment, errorInfo, id, message, text, uint } from '../message.ts';

/**
 * Commands on the daemon's host, for `zmx exec` and portals. A command is named by
 * its operation id for its whole life: starting it again, resuming its output after
 * a reconnection or a restart of the daemon, and asking how it ended all say `op`.
 * It runs exactly once while the holder lives, at most once otherwise.
 */

export const EXEC_START = message(
  80,
  'EXEC_START',
  'control',
  'client',
  'Starts a command once; answered by EXEC_STARTED.',
  {
    id: uint,
    op: id,
    /** Bytes that are not UTF-8, here and in cwd, env and collect, are the characters U+10FF80 (for 0x80) to U+10FFFF (0xff). */
    argv: v.array(v.pipe(v.string(), v.maxLength(1024 * 1024))),
    /** Absolute; must exist there. '' = the home folder. */
    cwd: text,
    /** Laid over the host's login environment; null removes. */
    env: v.record(v.string(), v.nullable(v.string())),
    /** With a terminal of this size; otherwise stdout and stderr are two pipes. */
    tty: v.optional(v.object({ cols: cells, rows: cells })),
    /**
     * With a terminal: the command is a job that can be stopped there. Each time that it stops,
     * its output has `ESC _ zmx-stopped JOB ESC \\` in that place.
     */
    job: v.optional(id),
    /** false: stdin is /dev/null. */
    stdin: v.boolean(),
    /** The portal that it belongs to: ends with it. */
    portal: v.optional(id),
    /** FS session, and the last mutation that must be applied before the command starts (0: none). */
    root: v.optional(v.object({ session: id, after: uint })),
    /** The same for further folders that the portal shows. */
    also: v.optional(v.pipe(v.array(v.object({ session: id, after: uint })), v.maxLength(64))),
    /** The program's own argv[0] gets a leading -, as a login shell's. */
    login: v.optional(v.boolean()),
    umask: v.optional(v.pipe(uint, v.maxValue(0o777))),
    /** Absolute paths of small files that the command makes: their content comes with its exit. */
    collect: v.optional(v.pipe(v.array(text), v.maxLength(16))),
    /** Boot of the host that was asked first, from WELCOME: another one that has no record of it may have lost that. */
    boot: v.optional(text),
    /** Where the command has ended before it was told that it runs, EXEC_EXIT may be the only answer. */
    brief: v.optional(v.boolean()),
  },
);

export const EXEC_STARTED = message(
  81,
  'EXEC_STARTED',
  'control',
  'daemon',
  'The command runs, or ran, or could not be started.',
  {
    re: uint,
    op: id,
    pid: v.optional(uint),
    error: v.optional(errorInfo),
  },
);

export const EXEC_RESUME = message(
  82,
  'EXEC_RESUME',
  'control',
  'client',
  'Sends output from these offsets on again, after a new epoch; answered by REPLY.',
  {
    id: uint,
    op: id,
    out: uint,
    err: uint,
  },
);

export const EXEC_OUTPUT = message(
  83,
  'EXEC_OUTPUT',
  'bulk',
  'daemon',
  "A piece of the command's output; payload: the bytes.",
  {
    op: id,
    /** 1 standard output (or the terminal), 2 standard error. */
    stream: v.picklist([1, 2]),
    /** Of the first byte, in its stream. */
    offset: uint,
  },
);

export const EXEC_TAKEN = message(
  84,
  'EXEC_TAKEN',
  'control',
  'client',
  'Output up to these offsets has been written where it belongs: grants credit, and the bytes may go.',
  {
    op: id,
    out: uint,
    err: uint,
  },
);

export const EXEC_INPUT = message(85, 'EXEC_INPUT', 'bulk', 'client', 'Standard input; payload: the bytes.', {
  op: id,
  /** Grows from 1; a repeat is dropped. */
  seq: uint,
  /** Nothing follows. */
  eof: v.boolean(),
});

export const EXEC_INPUT_TAKEN = message(
  86,
  'EXEC_INPUT_TAKEN',
  'control',
  'daemon',
  'Input up to `seq` has reached the command: grants credit.',
  {
    op: id,
    seq: uint,
    /** The command reads no more. */
    closed: v.optional(v.boolean()),
  },
);

export const EXEC_SIGNAL = message(
  87,
  'EXEC_SIGNAL',
  'control',
  'client',
  "Sends a signal to the command's process group; with an id answered by REPLY.",
  {
    id: v.optional(uint),
    op: id,
    signal: uint,
  },
);

export const EXEC_SIZE = message(
  88,
  'EXEC_SIZE',
  'control',
  'client',
  "New size of the command's terminal.",
  { op: id, cols: cells, rows: cells },
);

export const EXEC_EXIT = message(
  89,
  'EXEC_EXIT',
  'control',
  'daemon',
  'The command has ended; follows the drain of the watch. Payload: the files of `collect`, in order, empty where there is none.',
  {
    /** The EXEC_START that this answers, in place of EXEC_STARTED. */
    re: v.optional(uint),
    op: id,
    /** Exit status, or 128 + signal. */
    code: uint,
    signal: uint,
    /** One past the last byte of each stream. */
    out: uint,
    err: uint,
    /** Change clock of `root`: caches that have seen it are as new as the command left the files. */
    clock: v.optional(uint),
    /** The same for each session of `also`. */
    clocks: v.optional(v.record(v.string(), uint)),
    /** The outcome cannot be known: the host, or its holder, restarted. */
    unknown: v.optional(text),
  },
);

export const EXEC_DONE = message(
  90,
  'EXEC_DONE',
  'control',
  'client',
  'The exit and all output are taken, or nobody wants them: the command is forgotten, and ended if it still runs. With an id answered by REPLY.',
  { id: v.optional(uint), op: id },
);

export const OP_STATUS = message(
  91,
  'OP_STATUS',
  'control',
  'client',
  'What became of an operation; answered by OP_STATE.',
  { id: uint, op: id },
);

export const OP_STATE = message(92, 'OP_STATE', 'control', 'daemon', 'What is known of an operation.', {
  re: uint,
  state: v.picklist(['never-started', 'running', 'exited', 'done', 'unknown']),
  code: v.optional(uint),
  signal: v.optional(uint),
});

/** Which programs a host has, for the PATH folder of shims. */
export const HOST_PROGRAMS = message(
  93,
  'HOST_PROGRAMS',
  'control',
  'client',
  "Names of the programs on the host's PATH; answered by HOST_PROGRAMS_ARE.",
  {
    id: uint,
  },
);
export const HOST_PROGRAMS_ARE = message(
  94,
  'HOST_PROGRAMS_ARE',
  'control',
  'daemon',
  'Programs, and facts about the host.',
  {
    re: uint,
    names: v.array(text),
    home: text,
    shell: text,
    user: text,
    hostname: text,
    env: environment,
  },
);

/** The portal's guardian is the daemon of its own host, whose holder sees it end whatever happens to that daemon. */
export const PORTAL_GUARD = message(
  98,
  'PORTAL_GUARD',
  'control',
  'client',
  'From the portal to the daemon of its own host: when process `pid` is gone, end the portal there and tidy up here. Answered by REPLY.',
  {
    id: uint,
    portal: id,
    pid: uint,
    /** Name of the host in this daemon's configuration. */
    host: text,
    /** Source of the portal's mounts, as /proc/PID/mountinfo has it: what sees them is to end; '' for none. */
    namespace: text,
    /** The portal's own folders, to be removed with all that is in them. */
    folders: v.array(text),
    /** Its folders in mount points that may have been made for it; removed with what they kept, where nothing else is in that. */
    mountPoints: v.array(text),
    /** The host has not answered the portal yet: it is tried for some seconds only, since it may not be there at all. */
    unreached: v.optional(v.boolean()),
  },
);
export const PORTAL_UNGUARD = message(
  99,
  'PORTAL_UNGUARD',
  'control',
  'client',
  'The portal has ended in good order, on both sides; answered by REPLY.',
  {
    id: uint,
    portal: id,
  },
);

/** A portal's life on the remote: everything started for it ends with it. */
export const PORTAL_OPEN = message(
  95,
  'PORTAL_OPEN',
  'control',
  'client',
  'Opens, or takes up again, a portal; answered by PORTAL_OPENED.',
  {
    id: uint,
    portal: id,
    /** Its commands are ended when no link of its client has been seen for this long, ms. */
    orphanTimeoutMs: uint,
    root: text,
    /** At its end its commands are hung up on, and what they have left in the background goes on; it has no scratch folder. */
    keepsBackground: v.optional(v.boolean()),
  },
);
export const PORTAL_OPENED = message(96, 'PORTAL_OPENED', 'control', 'daemon', 'The portal stands.', {
  re: uint,
  /** Scratch folder on the host, at a path that the portal shows here too; '' for none. */
  scratch: text,
  hostname: text,
});
export const PORTAL_END = message(
  97,
  'PORTAL_END',
  'control',
  'client',
  'Ends the commands and files of a portal, also from its guardian; answered by REPLY.',
  {
    id: uint,
    portal: id,
  },
);
