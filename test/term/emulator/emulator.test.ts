import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgramEvent } from '../../../src/term/emulator/program-events.ts';
import { codePointWidth } from '../../../src/term/emulator/width.ts';
import type { Cell } from '../../../src/term/row.ts';
import { decodeRow } from '../../../src/term/row-codec.ts';
import { Attribute, Colour, Underline, underlineShift } from '../../../src/term/style.ts';
import { type Emulation, emulate } from '../../support/emulation.ts';

function after(output: string, ...sizes: [cols?: number, rows?: number, scrollback?: number]): Emulation {
  const emulation = emulate(...sizes);
  emulation.emulator.write(Buffer.from(output));
  return emulation;
}

/** The cells of screen row `y`. */
function cells({ emulator }: Emulation, y = 0): readonly Cell[] {
  emulator.look();
  const { lengths, payload } = emulator.screen.changesSince(undefined);
  const start = lengths.slice(0, y).reduce((sum, length) => sum + length, 0);
  return decodeRow(payload.subarray(start, start + (lengths[y] ?? 0)), emulator.cols).cells;
}

function row(emulation: Emulation, y = 0): string {
  return cells(emulation, y)
    .map((cell) => cell.text)
    .join('')
    .trimEnd();
}

function answers(output: string): string[] {
  return after(output)
    .emulator.takeAnswers()
    .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
}

test('queries get the answers of the terminal that we say to be', () => {
  const asked: Record<string, string> = {
    '\x1b[c': '\x1b[?1;2c',
    '\x1b[>c': '\x1b[>84;0;0c',
    '\x1b[=c': '\x1bP!|00000000\x1b\\',
    '\x1b[5n': '\x1b[0n',
    '\x1b[3;4H\x1b[6n': '\x1b[3;4R',
    '\x1b[>q': '\x1bP>|zmx 0\x1b\\',
    '\x1b[?2004h\x1b[?2004$p': '\x1b[?2004;1$y',
    '\x1b[?25$p': '\x1b[?25;1$y',
    '\x1b[4$p': '\x1b[4;2$y',
    '\x1b[2;5r\x1bP$qr\x1b\\': '\x1bP1$r2;5r\x1b\\',
    '\x1b[1;38;5;9;4:3m\x1bP$qm\x1b\\': '\x1bP1$r0;1;4:3;38:5:9m\x1b\\',
    '\x1b[5 q\x1bP$q q\x1b\\': '\x1bP1$r5 q\x1b\\',
    '\x1bP+q436f;5858\x1b\\': '\x1bP1+r436f=323536\x1b\\',
    '\x1b]11;?\x07': '\x1b]11;rgb:0000/0000/0000\x1b\\',
    '\x1b]11;#123456\x07\x1b]11;?\x07': '\x1b]11;rgb:1212/3434/5656\x1b\\',
    '\x1b]4;1;?\x07': '\x1b]4;1;rgb:cdcd/0000/0000\x1b\\',
    '\x1b]4;200;rgb:f/8/0\x07\x1b]4;200;?\x07': '\x1b]4;200;rgb:ffff/8888/0000\x1b\\',
    '\x1b]12;red\x07\x1b]12;#ff0000\x07\x1b]112\x07\x1b]12;?\x07': '\x1b]12;rgb:e5e5/e5e5/e5e5\x1b\\',
    '\x1b[>5u\x1b[?u': '\x1b[?5u',
    '\x1b[>5u\x1b[>1u\x1b[<u\x1b[?u': '\x1b[?5u',
    '\x1b[=3u\x1b[=4;2u\x1b[=1;3u\x1b[?u': '\x1b[?6u',
    '\x1b[>4;2m\x1b[?4m': '\x1b[>4;2m',
    '\x1b[18t': '\x1b[8;6;20t',
  };
  for (const [output, answer] of Object.entries(asked)) assert.equal(answers(output)[0], answer, output);
  assert.deepEqual(answers('\x1bP+q5858\x1b\\'), ['\x1bP0+r5858\x1b\\']);
});

test('answers are numbered by how many there were, not by how the output was cut', () => {
  const { emulator } = emulate();
  for (const byte of Buffer.from('\x1b[c\x1b[6n')) emulator.write(Uint8Array.of(byte));
  assert.deepEqual(
    emulator.takeAnswers().map(({ ordinal }) => ordinal),
    [1, 2],
  );
});

test('titles, bell, folder and clipboard are told', () => {
  const events: ProgramEvent[] = [];
  const { emulator } = emulate();
  emulator.events.on((event) => events.push(event));
  emulator.write(
    Buffer.from(
      '\x1b]2;one\x07\x1b[22;2t\x1b]0;zw\u00f6lf\x1b\\\x1b[23;2t\x07\x1b]7;file://host/a%20b\x07\x1b]52;c;aGk=\x07\x1b]52;c;?\x07',
    ),
  );
  assert.deepEqual(events, [
    { kind: 'title', title: 'one' },
    { kind: 'title', title: 'zw\u00f6lf' },
    { kind: 'title', title: 'one' },
    { kind: 'bell' },
    { kind: 'cwd', path: '/a b' },
    { kind: 'clipboard', text: 'hi' },
  ]);
});

test('a title is one line of reasonable length', () => {
  assert.equal(after(`\x1b]2;${'t'.repeat(100_000)}\x07`).emulator.title.length, 1024);
  assert.equal(after('\x1b]2;a\x7fb\x07').emulator.title, 'ab');
});

test('attributes keep their kinds', () => {
  const styles = cells(
    after(
      '\x1b[31ma\x1b[38;5;1mb\x1b[38;2;1;2;3mc\x1b[39;1;2md\x1b[0;4:4;58;5;9me\x1b[24;53;9mf\x1b[0;4mg\x1b]8;;http://x\x07h',
    ),
  ).map((cell) => cell.style);
  assert.equal(styles[0]?.fg, Colour.palette16 | 1);
  assert.equal(styles[1]?.fg, Colour.palette256 | 1);
  assert.equal(styles[2]?.fg, Colour.rgb | 0x010203);
  assert.equal(styles[3]?.flags, Attribute.bold | Attribute.dim);
  assert.equal(styles[4]?.flags, Underline.dotted << underlineShift);
  assert.equal(styles[4]?.ul, Colour.palette256 | 9);
  assert.equal(styles[5]?.flags, Attribute.overline | Attribute.strike);
  assert.equal(styles[6]?.flags, Underline.single << underlineShift);
  assert.equal(styles[7]?.link, 'http://x');
  assert.equal(styles[7]?.flags, Underline.single << underlineShift);
});

test('links survive the erasing of another line, and unused ones are forgotten', () => {
  const emulation = after('\x1b]8;;http://kept\x07kept\x1b]8;;\x07\r\n\x1b]8;;http://kept\x07more\x1b[2K');
  assert.equal(cells(emulation)[0]?.style.link, 'http://kept');
  const { emulator } = emulation;
  for (let i = 0; i < 5000; i++) emulator.write(Buffer.from(`\x1b]8;;http://${i}\x07x\x1b[1D`));
  emulator.saveState();
  assert.ok(emulator.links.entries().length < 100, `${emulator.links.entries().length} links`);
  assert.equal(cells(emulation)[0]?.style.link, 'http://kept');
});

test('the strongest mouse encoding counts, and modes are those of the screen', () => {
  const { emulator } = after('\x1b[?1000h\x1b[?1005h\x1b[?1015h\x1b[?1006h\x1b[>1u');
  assert.deepEqual([emulator.input.mouse, emulator.input.mouseEncoding], ['normal', 'sgr']);
  emulator.write(Buffer.from('\x1b[?1006l'));
  assert.equal(emulator.input.mouseEncoding, 'urxvt');
  assert.equal(emulator.input.kittyKeyboard, 1);
  emulator.write(Buffer.from('\x1b[?1049h'));
  assert.equal(emulator.input.kittyKeyboard, 0);
  emulator.write(Buffer.from('\x1b[?1049l\x1bc'));
  assert.deepEqual(
    [emulator.input.mouse, emulator.input.mouseEncoding, emulator.input.kittyKeyboard],
    ['none', 'default', 0],
  );
});

test('a reset shows the cursor', () => {
  const { emulator } = after('\x1b[?25l');
  assert.equal(emulator.cursor.visible, false);
  emulator.write(Buffer.from('\x1bc'));
  assert.equal(emulator.cursor.visible, true);
});

test('a character that is cut anywhere comes out whole', () => {
  const output = Buffer.from('\u2014 \u2026 \u{1f600} \u6f22 \u00e9');
  for (let size = 1; size < 4; size++) {
    const emulation = emulate();
    for (let at = 0; at < output.length; at += size) emulation.emulator.write(output.subarray(at, at + size));
    assert.equal(row(emulation), output.toString());
  }
  assert.equal(row(after('')), '');
  const broken = emulate();
  for (const byte of [0xe2, 0x80, 0x41, 0xf0, 0xf0, 0xc3, 0x42]) broken.emulator.write(Uint8Array.of(byte));
  assert.equal(row(broken), 'AB');
});

test('widths are those that programs count with', () => {
  const widths: Record<string, number> = {
    a: 1,
    '\u00ad': 1,
    '\u0301': 0,
    '\u200d': 0,
    '\u6f22': 2,
    '\uff21': 2,
    '\u{1f600}': 2,
    '\u{1fae8}': 2,
    '\u2764': 1,
    '\u{1f1e6}': 1,
    '\u{20000}': 2,
    '\u{e0101}': 0,
    '\uac00': 2,
    '\u1160': 0,
  };
  for (const [text, width] of Object.entries(widths))
    assert.equal(codePointWidth(text.codePointAt(0) ?? 0), width, JSON.stringify(text));
  const texts = cells(after('\u{1f468}\u200d\u{1f469}\u200d\u{1f467}e\u0301\u{1f44d}\u{1f3fd}|')).map(
    (cell) => cell.text,
  );
  assert.deepEqual(texts.slice(0, 6), [
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '',
    'e\u0301',
    '\u{1f44d}\u{1f3fd}',
    '',
    '|',
  ]);
  const zalgo = cells(after(`a${'\u0301'.repeat(1000)}`));
  assert.ok(zalgo.every((cell) => cell.text.length < 32));
});

test('what leaves the screen is history, also when the screen is cleared; ED 3 drops it', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
  const emulation = after(`${lines.join('\r\n')}\r\n${'long '.repeat(9)}\x1b[2J\x1b[Hnew`, 20, 6, 10);
  const { emulator } = emulation;
  assert.deepEqual(emulation.lines.slice(0, 3), lines.slice(0, 3));
  emulator.write(Buffer.from('\x1bcreset'));
  assert.deepEqual(emulation.lines, [...lines, `${'long '.repeat(9)}`, 'new']);
  assert.equal(row(emulation), 'reset');
  emulator.write(Buffer.from('\x1b[3J'));
  assert.deepEqual([emulation.lines, emulation.cleared], [[], 1]);
});

test('the alternate screen leaves no history, and hides the normal one', () => {
  const emulation = after(`shell\x1b[?1049h${'\r\nfull screen'.repeat(50)}\x1b[2J`, 20, 6, 10);
  assert.deepEqual(emulation.lines, []);
  emulation.emulator.write(Buffer.from('\x1b[?1049l'));
  assert.equal(row(emulation), 'shell');
});

test('rows carry the version in which they changed, and move with the screen', () => {
  const { emulator } = after('one\r\ntwo\r\nthree', 20, 4);
  emulator.look();
  const first = emulator.screen.base;
  emulator.write(Buffer.from('\x1b[1;1HONE'));
  emulator.look();
  const second = emulator.screen.base;
  assert.deepEqual(emulator.screen.changesSince(first).changed, [0]);
  assert.deepEqual(emulator.screen.changesSince(second).changed, []);
  emulator.write(Buffer.from('\x1b[4;1Hfour\r\nfive'));
  emulator.look();
  const { changed, scroll, base } = emulator.screen.changesSince(second);
  assert.deepEqual({ changed, scroll, base }, { changed: [2, 3], scroll: 1, base: second.version });
  assert.deepEqual(emulator.screen.changesSince(first).changed, [2, 3]);
  emulator.resize(30, 4);
  emulator.look();
  assert.equal(emulator.screen.changesSince(second).base, 0);
});
