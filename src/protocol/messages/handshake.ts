import * as v from 'valibot';
import { bytes, errorInfo, id, type MessageDefinition, message, text, uint } from '../message.ts';

/**
 * What a lane's connection says about itself: who is there, where each direction
 * stopped, whether anybody still listens. None of it is numbered, acknowledged or
 * repeated, save ERROR; see zmx-protocol(7), LANES.
 *
 * The fields `major` and `minor` of HELLO, and the whole of REFUSED, are frozen:
 * a peer of any version must be able to read that it is refused, and why.
 */
export const HELLO = message(
  1,
  'HELLO',
  'both',
  'client',
  'First on every connection; answered by WELCOME, CHALLENGE, LOST or REFUSED.',
  {
    major: uint,
    minor: uint,
    /** Made by the client, random, at least 16 characters; belongs to the key that began it. */
    session: id,
    /** Grows with every HELLO of the session; a newer one retires the lane's older connection. */
    generation: uint,
    lane: v.picklist(['control', 'bulk']),
    /** The session was welcomed before: answer LOST rather than begin it anew. */
    resume: v.boolean(),
    /** Number of the last message of this lane that the client has received in order; 0 for none. */
    received: uint,
    /** Z85 public key of the client; over TCP only. */
    key: v.optional(text),
    /** Proof with an empty nonce: saves a round trip where the client knows the daemon's epoch. */
    proof: v.optional(bytes),
  },
);

export const CHALLENGE = message(
  2,
  'CHALLENGE',
  'both',
  'daemon',
  'Prove that you own the key; answered by PROOF.',
  { nonce: bytes, epoch: id },
);

export const PROOF = message(3, 'PROOF', 'both', 'client', 'The proof for the nonce of CHALLENGE.', {
  proof: bytes,
});

export const WELCOME = message(
  4,
  'WELCOME',
  'both',
  'daemon',
  'The lane is up; both sides now send again what the other has not received.',
  {
    minor: uint,
    /** New at every start of the daemon. */
    epoch: id,
    /** Number of the last message of this lane that the daemon has received in order; 0 for none. */
    received: uint,
    /** Incarnation of the holder behind this daemon, where there is one. */
    holder: v.optional(id),
    /** Of the daemon's program, e.g. 0.2.0; only 0.1.0 does not say it. */
    version: v.optional(text),
    /** Identifies the boot of the daemon's host, see random(4). */
    boot: v.optional(text),
  },
);

export const REHELLO = message(
  5,
  'REHELLO',
  'both',
  'daemon',
  'This connection is not known, or was retired: say HELLO if you still use it.',
  {
    epoch: id,
    /** Of the HELLO that this answers: a newer one has been welcomed meanwhile. */
    generation: v.optional(uint),
  },
);

export const LOST = message(
  6,
  'LOST',
  'both',
  'daemon',
  'The session to be resumed is not known here: begin another, with a new id and empty lanes.',
  { epoch: id },
);

export const REFUSED = message(
  7,
  'REFUSED',
  'both',
  'daemon',
  'No: wrong version, unknown key, too many clients.',
  {
    /** `version`, `refused`, `invalid`, `busy`. */
    code: text,
    /** One sentence for the user. */
    message: text,
    /** Asking again later may succeed. */
    retry: v.optional(v.boolean()),
  },
);

export const PING = message(8, 'PING', 'both', 'client', 'Is anybody there? Answered by PONG at once.', {
  /** The sender's own clock, in ms; returned unread. */
  at: uint,
});

export const PONG = message(9, 'PONG', 'both', 'daemon', 'The answer to PING.', { at: uint });

export const BYE = message(10, 'BYE', 'both', 'both', 'The session ends on purpose.', {
  /** One sentence for the user, where there is something to say. */
  message: v.optional(text),
});

export const ERROR = message(
  11,
  'ERROR',
  'control',
  'both',
  'A message was invalid or its request failed; numbered like any other message.',
  {
    /** `id` of the request, where the message had one. */
    re: v.optional(uint),
    ...errorInfo.entries,
  },
);

/** The messages that travel without a number, and are never repeated. */
export const unnumbered: readonly MessageDefinition[] = [
  HELLO,
  CHALLENGE,
  PROOF,
  WELCOME,
  REHELLO,
  LOST,
  REFUSED,
  PING,
  PONG,
  BYE,
];
