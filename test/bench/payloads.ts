/** What programs print, in five kinds; deterministic, so that runs compare. */

/** Bytes of each payload. */
const SIZE = 8 * 1024 * 1024;
const COLS = 120;
const ROWS = 40;

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function repeat(line: (index: number) => string): Buffer {
  const parts: Buffer[] = [];
  for (let size = 0, index = 0; size < SIZE; index++) {
    const part = Buffer.from(line(index));
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts);
}

export const payloads: Readonly<Record<string, () => Buffer>> = {
  /** Log lines of 40 to 110 characters. */
  'ascii logs': () => {
    const random = generator(1);
    const words = 'request served from cache upstream timeout retry worker connection closed by peer'.split(
      ' ',
    );
    return repeat((index) => {
      const text = Array.from({ length: 5 + random(9) }, () => words[random(words.length)]).join(' ');
      return `2024-06-07T12:${String(index % 60).padStart(2, '0')}:00.123Z [${index}] ${text}\r\n`;
    });
  },
  /** A colour for every word, as a compiler or a test runner prints. */
  'SGR truecolor': () => {
    const random = generator(2);
    return repeat(() => {
      const words = Array.from(
        { length: 12 },
        (_, index) =>
          `\x1b[38;2;${random(256)};${random(256)};${random(256)}${index % 3 ? '' : ';1'}mword${random(1000)}\x1b[0m`,
      );
      return `${words.join(' ')}\r\n`;
    });
  },
  /** Whole screens in which each cell has its own colours. */
  'dense cells': () => {
    const random = generator(3);
    return repeat(() => {
      let screen = '\x1b[H';
      for (let y = 0; y < ROWS - 2; y++) {
        for (let x = 0; x < COLS; x++)
          screen += `\x1b[48;5;${random(256)};38;5;${random(256)}m${String.fromCharCode(33 + random(90))}`;
        screen += '\x1b[0m\r\n';
      }
      return screen;
    });
  },
  /** Short texts at random places, as full-screen programs write. */
  'cursor-addressed': () => {
    const random = generator(4);
    return repeat(
      () =>
        `\x1b[${1 + random(ROWS - 2)};${1 + random(COLS - 12)}H\x1b[${31 + random(7)}m${random(1e6)}\x1b[K`,
    );
  },
  /** CJK, accents, combining marks, emoji and box drawing. */
  unicode: () => {
    const random = generator(5);
    const pieces = [
      '漢字仮名',
      'Überprüfung',
      'e\u0301a\u0300',
      '┌──┤├──┐',
      'привет',
      '한국어',
      '🙂',
      'ελληνικά',
    ];
    return repeat(() => `${Array.from({ length: 9 }, () => pieces[random(pieces.length)]).join(' ')}\r\n`);
  },
};
