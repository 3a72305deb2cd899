/*
 * Bytes that are not UTF-8, as the characters by which src/base/byte-text.ts has them: node passes text only.
 */
#ifndef ZMX_ESCAPED_H
#define ZMX_ESCAPED_H

/* In place: U+10FF80 to U+10FFFF, which are F4 8F BE 80 to F4 8F BF BF in UTF-8, become the bytes 80 to FF. */
static inline void unescape(char *text) {
  const unsigned char *from = (const unsigned char *)text;
  unsigned char *to = (unsigned char *)text;
  while (*from) {
    if (from[0] == 0xf4 && from[1] == 0x8f && (from[2] & 0xfe) == 0xbe && (from[3] & 0xc0) == 0x80) {
      *to++ = (unsigned char)(from[2] << 6) | from[3];
      from += 4;
    } else *to++ = *from++;
  }
  *to = 0;
}

static inline void unescape_all(char **texts) {
  for (; *texts; texts++) unescape(*texts);
}

#endif
