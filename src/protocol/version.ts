/**
 * The protocol's version. A peer with another major is refused with a sentence;
 * a minor only adds messages and fields, and what is unknown is ignored.
 */
export const PROTOCOL_MAJOR = 1;
export const PROTOCOL_MINOR = 1;
