import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputDecoder } from '../../../src/term/keys/input-decoder.ts';
import { encodeKey, type KeyModes, plainModes } from '../../../src/term/keys/key-encoder.ts';
import { namedKeys } from '../../../src/term/keys/key-names.ts';
import { encodeMouse, type MouseModes } from '../../../src/term/keys/mouse-encoder.ts';

function encoded(name: string, modes: Partial<KeyModes> = {}, raw?: Uint8Array): string {
  return Buffer.from(encodeKey(name, { ...plainModes, ...modes }, raw)).toString();
}

test('legacy encodings are those of terminfo tmux-256color', () => {
  const expected: Readonly<Record<string, string>> = {
    a: 'a',
    é: 'é',
    'C-b': '\x02',
    'M-x': '\x1bx',
    'M-C-k': '\x1b\x0b',
    'C-Space': '\0',
    'C-/': '\x1f',
    'C-3': '\x1b',
    'C-?': '\x7f',
    BSpace: '\x7f',
    Enter: '\r',
    'M-Enter': '\x1b\r',
    'C-Enter': '\r',
    'S-Tab': '\x1b[Z',
    Escape: '\x1b',
    Up: '\x1b[A',
    'C-Up': '\x1b[1;5A',
    'M-S-Left': '\x1b[1;4D',
    Home: '\x1b[1~',
    'S-Home': '\x1b[1;2H',
    DC: '\x1b[3~',
    'C-NPage': '\x1b[6;5~',
    F1: '\x1bOP',
    'S-F1': '\x1b[1;2P',
    F12: '\x1b[24~',
    BTab: '\x1b[Z',
    KP5: '5',
    KPEnter: '\r',
  };
  for (const [name, bytes] of Object.entries(expected)) assert.equal(encoded(name), bytes, name);
  assert.equal(encoded('Up', { applicationCursor: true }), '\x1bOA');
  assert.equal(encoded('C-Up', { applicationCursor: true }), '\x1b[1;5A');
  assert.equal(encoded('KP5', { applicationKeypad: true }), '\x1bOu');
});

test('modifyOtherKeys and kitty flags change the keys that they are meant for', () => {
  assert.equal(encoded('C-Enter', { modifyOtherKeys: 1 }), '\x1b[27;5;13~');
  assert.equal(encoded('C-a', { modifyOtherKeys: 1 }), '\x01');
  assert.equal(encoded('C-a', { modifyOtherKeys: 2 }), '\x1b[27;5;97~');
  assert.equal(encoded('C-Space', { modifyOtherKeys: 2 }), '\x1b[27;5;32~');
  assert.equal(encoded('A', { modifyOtherKeys: 2 }), 'A');
  const kitty = { kittyKeyboard: 1 };
  assert.equal(encoded('Escape', kitty), '\x1b[27u');
  assert.equal(encoded('C-a', kitty), '\x1b[97;5u');
  assert.equal(encoded('M-A', kitty), '\x1b[97;4u');
  assert.equal(encoded('S-Enter', kitty), '\x1b[13;2u');
  assert.equal(encoded('Enter', kitty), '\r');
  assert.equal(encoded('A', kitty), 'A');
  assert.equal(encoded('Up', { ...kitty, applicationCursor: true }), '\x1b[A');
  assert.equal(encoded('a', { kittyKeyboard: 8 }), '\x1b[97u');
});

test('a name without an encoding sends the bytes of the terminal', () => {
  assert.equal(encoded('Unknown', {}, Buffer.from('\x1b[99~')), '\x1b[99~');
  assert.equal(encoded('\ufffd', {}, Buffer.from('x')), 'x');
  assert.equal(encoded('MouseDown1Pane'), '');
});

test('what is encoded is decoded as the same key', () => {
  const modes: Partial<KeyModes>[] = [
    {},
    { applicationCursor: true, applicationKeypad: true },
    { modifyOtherKeys: 2 },
    { kittyKeyboard: 1 },
  ];
  const characters = ['a', 'Z', '!', 'é', '漢', 'C-a', 'M-a', 'M-Z', 'M-C-a', 'M-é'];
  const cursorKeys = ['Up', 'Home', 'DC', 'F1', 'F5', 'F12'].flatMap((key) =>
    ['', 'C-', 'M-', 'S-', 'C-M-', 'C-S-', 'M-S-', 'C-M-S-'].map((modifiers) => modifiers + key),
  );
  for (const mode of modes) {
    const keypad = mode.applicationKeypad ? namedKeys : namedKeys.filter((key) => !key.startsWith('KP'));
    const plain = keypad.filter((key) => !/^F2[1-4]$/.test(key));
    for (const name of [...characters, ...plain, ...cursorKeys]) {
      const decoder = new InputDecoder();
      const events = [...decoder.feed(Buffer.from(encoded(name, mode))), ...decoder.flush()];
      const heard = events.map((event) => (event.kind === 'key' ? event.key : event.kind));
      assert.deepEqual(heard, [name], JSON.stringify(mode));
    }
  }
});

test('mouse reports follow the mode and the encoding', () => {
  const press = { button: 0, release: false, x: 9, y: 4 };
  const report = (change: Partial<typeof press>, modes: Partial<MouseModes>): string =>
    Buffer.from(
      encodeMouse({ ...press, ...change }, { mouse: 'normal', mouseEncoding: 'sgr', ...modes }),
    ).toString('latin1');
  assert.equal(report({}, {}), '\x1b[<0;10;5M');
  assert.equal(report({ release: true }, {}), '\x1b[<0;10;5m');
  assert.equal(report({}, { mouseEncoding: 'default' }), '\x1b[M *%');
  assert.equal(report({ release: true, button: 2 }, { mouseEncoding: 'default' }), '\x1b[M#*%');
  assert.equal(report({}, { mouseEncoding: 'urxvt' }), '\x1b[32;10;5M');
  assert.equal(report({ x: 300 }, { mouseEncoding: 'default' }), '');
  assert.equal(
    report({ x: 300 }, { mouseEncoding: 'utf8' }),
    Buffer.from('\x1b[M \u014d%').toString('latin1'),
  );
  assert.equal(report({ button: 32 }, {}), '');
  assert.equal(report({ button: 32 }, { mouse: 'button' }), '\x1b[<32;10;5M');
  assert.equal(report({ button: 35 }, { mouse: 'button' }), '');
  assert.equal(report({ button: 35 }, { mouse: 'any' }), '\x1b[<35;10;5M');
  assert.equal(report({ button: 16 }, { mouse: 'x10' }), '\x1b[<0;10;5M');
  assert.equal(report({ button: 64 }, { mouse: 'x10' }), '');
  assert.equal(report({}, { mouse: 'none' }), '');
});
