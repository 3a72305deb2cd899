import * as v from 'valibot';
import { id, message, text, uint } from '../message.ts';

/**
 * The client's ssh agent, lent to the daemon's host: programs there connect to a unix
 * socket of the daemon, and each such connection is a channel of this session. A
 * channel's messages all travel on the bulk lane, so they arrive in order.
 */

export const AGENT_LEND = message(
  100,
  'AGENT_LEND',
  'control',
  'client',
  'Lends the ssh agent of the client for the life of its session; answered by AGENT_LENT.',
  {
    id: uint,
    /** Make a socket of this name; the same one again, e.g. after a new epoch, has the same path. Without: for the sessions that the client is attached to. */
    name: v.optional(id),
  },
);

export const AGENT_LENT = message(101, 'AGENT_LENT', 'control', 'daemon', 'The agent is lent.', {
  re: uint,
  /** Value of SSH_AUTH_SOCK for programs of the daemon's host; '' without a name. */
  path: text,
});

export const AGENT_OPEN = message(
  102,
  'AGENT_OPEN',
  'bulk',
  'daemon',
  'A program has connected: connect to the agent.',
  {
    /** Made by the daemon; unique in the session. */
    channel: uint,
  },
);

export const AGENT_DATA = message(
  103,
  'AGENT_DATA',
  'bulk',
  'both',
  'Bytes of a channel; payload: the bytes.',
  { channel: uint },
);

export const AGENT_CLOSE = message(104, 'AGENT_CLOSE', 'bulk', 'both', 'A channel has ended.', {
  channel: uint,
});
