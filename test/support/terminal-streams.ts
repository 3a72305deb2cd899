import fc from 'fast-check';

/** Pieces of terminal output of every kind, for streams that a test cuts anywhere. */
const small = fc.nat(12);
const csi = (final: string, prefix = '') =>
  fc.array(small, { maxLength: 3 }).map((params) => `\x1b[${prefix}${params.join(';')}${final}`);

const text = fc.oneof(
  fc.stringMatching(/^[a-z ]{1,30}$/),
  fc.constantFrom(
    '漢字',
    '😀',
    'e\u0301',
    '👨‍👩‍👧',
    '\u2014dash\u2026',
    '\u{1f44d}\u{1f3fd}',
    'ü',
    '\t',
    '\b',
    '\x07',
  ),
);
const newline = fc.constantFrom('\r\n', '\n', '\r', '\x1bD', '\x1bM', '\x1bE');
const sgr = fc
  .array(
    fc.constantFrom(
      '0',
      '1',
      '2',
      '3',
      '4',
      '4:3',
      '7',
      '9',
      '31',
      '44',
      '97',
      '38;5;200',
      '48;2;1;2;3',
      '58:2::9:8:7',
      '53',
      '39',
      '49',
      '59',
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => `\x1b[${parts.join(';')}m`);
const mode = fc
  .tuple(
    fc.constantFrom(
      '1',
      '6',
      '12',
      '25',
      '45',
      '47',
      '1000',
      '1002',
      '1004',
      '1005',
      '1006',
      '1015',
      '1047',
      '1048',
      '1049',
      '2004',
      '2026',
    ),
    fc.constantFrom('h', 'l'),
  )
  .map(([number, final]) => `\x1b[?${number}${final}`);
const strings = fc.constantFrom(
  '\x1b]2;a title\x07',
  '\x1b]0;\u00fcber\x1b\\',
  '\x1b]8;;https://example.org\x1b\\',
  '\x1b]8;id=7;file:///x\x07',
  '\x1b]8;;\x07',
  '\x1b]11;#102030\x07',
  '\x1b]4;5;rgb:11/22/33\x1b\\',
  '\x1b]52;c;aGVsbG8=\x07',
  '\x1bP$qm\x1b\\',
  '\x1bP+q544e\x1b\\',
  '\x1b_ignored\x1b\\',
);
const others = fc.constantFrom(
  '\x1b7',
  '\x1b8',
  '\x1bH',
  '\x1b[3g',
  '\x1b(0',
  '\x1b(B',
  '\x1b)A',
  '\x0e',
  '\x0f',
  '\x1b=',
  '\x1b>',
  '\x1b[!p',
  '\x1b#8',
  '\x1bc',
  '\x1b[4h',
  '\x1b[4l',
  '\x1b[20h',
  '\x1b[20l',
  '\x1b[22;0t',
  '\x1b[23;0t',
  '\x1b[c',
  '\x1b[6n',
  '\x1b[>5u',
  '\x1b[<u',
  '\x1b[=3;2u',
  '\x1b[>4;2m',
  '\x1b[3 q',
  '\x1b[1"q',
  '\x1b[0"q',
  '\x1b[3J',
  '\x1b[2J',
  '\x1b[H\x1b[J',
  '\x1b[2;5r',
  '\x1b[r',
  '\x1b[1;3r',
);
const cursor = fc.oneof(
  ...['A', 'B', 'C', 'D', 'G', 'H', 'd', 'J', 'K', 'L', 'M', 'P', 'X', '@', 'S', 'T', 'b', 'I', 'Z'].map(
    (final) => csi(final),
  ),
  csi('J', '?'),
);
const garbage = fc.uint8Array({ maxLength: 6 });

/** A stream of output as bytes: mostly text and lines, with sequences of all sorts between. */
export const terminalStream: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { arbitrary: text, weight: 8 },
      { arbitrary: newline, weight: 6 },
      { arbitrary: sgr, weight: 3 },
      { arbitrary: cursor, weight: 3 },
      { arbitrary: mode, weight: 2 },
      { arbitrary: strings, weight: 1 },
      { arbitrary: others, weight: 2 },
      { arbitrary: garbage, weight: 1 },
    ),
    { minLength: 10, maxLength: 120 },
  )
  .map((pieces) =>
    Buffer.concat(
      pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece))),
    ),
  );
