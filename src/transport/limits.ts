/**
 * Every bound and every time of the transport. Those that another implementation
 * must keep to are in zmx-protocol(7), LIMITS.
 */

/** A frame above this ends the connection (ZMQ_MAXMSGSIZE): four times the largest honest one. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
/** A handshake message above this is not decoded: an honest HELLO has some 300. */
export const MAX_HANDSHAKE_BYTES = 4096;

/** Bytes given to ZeroMQ and not acknowledged, per lane: above one bandwidth-delay product of 100 Mbit/s at 200 ms. */
export const IN_FLIGHT_BYTES = 4 * 1024 * 1024;
/** What a message counts beside its bytes, so that a million empty ones are not free. */
export const MESSAGE_OVERHEAD_BYTES = 64;

/**
 * An acknowledgement goes alone after so many messages, so many bytes or so long, if nothing else took it along.
 * It frees the sender's memory and no more, so it may wait for the next key of somebody who types.
 */
export const ACK_AFTER_MESSAGES = 16;
export const ACK_AFTER_BYTES = 64 * 1024;
export const ACK_AFTER_MS = 200;

/** Connections that have said HELLO and not yet proved their key. */
export const MAX_UNPROVEN = 64;
/** How long each may take: ten round trips of a bad satellite link. */
export const UNPROVEN_KEPT_MS = 10_000;
/** ZMTP and CURVE must be done in this time (ZMQ_HANDSHAKE_IVL). */
export const HANDSHAKE_INTERVAL_MS = 15_000;
/** ZMTP heartbeats only clear dead connections away: a shorter one kills a stalled connection with its messages. */
export const HEARTBEAT_MS = 30_000;
export const HEARTBEAT_TIMEOUT_MS = 120_000;

/** Ids of former sessions that are remembered, some MiB; from then on each new session is challenged. */
export const MAX_FORMER = 50_000;
/** Sessions, linked or not. */
export const MAX_PEERS = 512;
/** A session without a connection is kept for a laptop's night. */
export const PEER_KEPT_MS = 14 * 60 * 60 * 1000;
/** Over ipc a broken connection means that the client died; a moment for one that redials after a clock jump. */
export const LOCAL_PEER_KEPT_MS = 5000;
/** A session without a connection that is owed more than this is given up. */
export const UNLINKED_QUEUE_BYTES = 8 * 1024 * 1024;
/** So is one with a connection that takes nothing: the layers above stop long before. */
export const LINKED_QUEUE_BYTES = 32 * 1024 * 1024;
/** A connection over which nothing was heard counts as down: three of the client's idle pings. */
export const LINK_SILENT_MS = 15_000;
/** What a broken connection had said is read for so long. */
export const BROKEN_LINK_KEPT_MS = 1000;
/** Every how often the daemon looks after all these. */
export const SERVER_TICK_MS = 1000;
/** From the news that some connection ended to asking ZeroMQ which: it learns so within some ms. */
export const PROBE_AFTER_MS = 10;

/** The client's heartbeat: pings, missing ones, fresh dials. */
export const CLIENT_TICK_MS = 1000;
/** A ping goes out when nothing was heard for so long, while something is waited for / otherwise. */
export const PING_BUSY_MS = 900;
export const PING_IDLE_MS = 4500;
/** A ping unanswered for so long: dial afresh, each tick. Raised to three round trips on slow links. */
export const PING_PATIENCE_MS = 900;
/** Three round trips, but no more than this. */
export const PATIENCE_LIMIT_MS = 5000;
/** Unanswered for so long: the connection is shown as stale (three pings). */
export const STALE_AFTER_MS = 2900;
/** Every how often a client looks and dials while a connection is missing or doubted: twice in the second that is promised. */
export const DIAL_TICK_MS = 500;
/** A dial younger than this is waited for: a tick, less what a timer may come early. */
export const DIAL_AGAIN_MS = 450;
/** A dial without TCP connection is given up: its SYN would be repeated seconds apart. */
export const DIAL_TCP_MS = 3000;
/** A dial without WELCOME is given up. */
export const DIAL_MS = 15_000;
/** Round trips from TCP's to WELCOME (ZMTP, CURVE, HELLO, proof), with some to spare. */
export const DIAL_ROUND_TRIPS = 8;
/** After a dial that failed at once, the next one waits; doubled up to the tick. */
export const DIAL_RETRY_MS = 50;
/** The wall clock went on by so much more than the ticks: the machine slept. */
export const CLOCK_JUMP_MS = 3000;
/** Time for a last message to leave a socket that closes. */
export const FLUSH_MS = 250;
