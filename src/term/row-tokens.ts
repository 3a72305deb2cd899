/**
 * Rows on the wire and in checkpoints. Not msgpack: a dense row of 120 styled
 * cells is some 1,000 objects there and takes longer to pack than to draw.
 *
 * Row: u8 (bit 0: wrapped) | tokens. Token: varint (n << 3 | kind) | body:
 *
 * | kind | n | body |
 * |---|---|---|
 * | style | bits of the fields that follow: fg 1, bg 2, ul 4, flags 8, link 16 | varint each; link: varint length, UTF-8 |
 * | ascii | cells | one byte each |
 * | narrow, wide | cells, of one code point each | UTF-8 |
 * | narrow cluster, wide cluster | bytes | UTF-8 of one cell |
 * | blank | cells | – |
 *
 * A style holds until the next one; a row begins plain. Columns that no token
 * reaches are blank and plain. Varints are LEB128.
 */
export const Token = {
  style: 0,
  ascii: 1,
  narrow: 2,
  wide: 3,
  narrowCluster: 4,
  wideCluster: 5,
  blank: 6,
} as const;
export const KIND_BITS = 3;

export const StyleField = { fg: 1, bg: 2, ul: 4, flags: 8, link: 16 } as const;
