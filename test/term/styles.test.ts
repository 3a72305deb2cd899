import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatColour, parseColour } from '../../src/term/colours.ts';
import { Attribute, Colour, plainStyle, Underline, underlineShift } from '../../src/term/style.ts';
import { parseDrawStyle, parseStyle, plainDrawStyle } from '../../src/term/styles.ts';
import { graphemesOf, textWidth } from '../../src/term/width.ts';

test('colours have the names of tmux, and of X11', () => {
  const colours: [string, number | undefined][] = [
    ['red', Colour.palette16 | 1],
    ['BrightBlue', Colour.palette16 | 12],
    ['95', Colour.palette16 | 13],
    ['colour231', Colour.palette256 | 231],
    ['color7', Colour.palette256 | 7],
    ['#C0ffee', Colour.rgb | 0xc0ffee],
    ['grey50', Colour.rgb | 0x7f7f7f],
    ['gray10', Colour.rgb | 0x1a1a1a],
    ['DeepSkyBlue', Colour.rgb | 0x00bfff],
    ['default', Colour.default],
    ['colour256', undefined],
    ['#12345', undefined],
    ['reddish', undefined],
  ];
  for (const [name, colour] of colours) assert.equal(parseColour(name), colour, name);
  for (const name of ['red', 'brightblue', 'colour231', '#c0ffee', 'default'])
    assert.equal(formatColour(parseColour(name)!), name);
});

test('a style changes the one that is there, or nothing at all when a word is wrong', () => {
  const base = { ...plainStyle, fg: Colour.palette16 | 2 };
  const bold = parseStyle('bold,italics fg=red', base)!;
  assert.deepEqual(bold, { ...base, fg: Colour.palette16 | 1, flags: Attribute.bold | Attribute.italic });
  assert.deepEqual(parseStyle('fg=red,fg=default', base), base);
  assert.equal(parseStyle('bold,sparkling', base), undefined);
  const current = { ...plainDrawStyle, style: bold };
  assert.deepEqual(parseDrawStyle('nobold', current, base)?.style.flags, Attribute.italic);
  assert.deepEqual(parseDrawStyle('none', current, base)?.style.flags, 0);
  assert.deepEqual(parseDrawStyle('default', current, base)?.style, base);
  assert.equal(parseStyle('underscore,curly-underscore')?.flags, Underline.curly << underlineShift);
  const drawn = parseDrawStyle('list=focus,align=right,range=window|12,fill=blue,push-default')!;
  assert.deepEqual(
    [drawn.list, drawn.align, drawn.range, drawn.fill, drawn.defaults],
    ['focus', 'right', 'window|12', Colour.palette16 | 4, 'push'],
  );
  assert.equal(parseDrawStyle('range=user|Clock')?.range, 'user|Clock');
});

test('text is measured as the emulator does it', () => {
  assert.deepEqual(
    graphemesOf('a漢e\u0301\u{1f468}\u200d\u{1f469}\u0007!').map(({ text, width }) => [text, width]),
    [
      ['a', 1],
      ['漢', 2],
      ['e\u0301', 1],
      ['\u{1f468}\u200d\u{1f469}', 2],
      ['!', 1],
    ],
  );
  assert.equal(textWidth('\u0301x'), 1);
});
