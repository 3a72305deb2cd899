import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { capture } from '../../../src/daemon/panes/capture.ts';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import type { CaptureOptions } from '../../../src/daemon/panes/pane-engine.ts';
import { TextSink } from '../../../src/daemon/panes/text-sink.ts';
import { Emulator } from '../../../src/term/emulator/emulator.ts';
import { eventually } from '../../support/eventually.ts';

// capture-pane beside the real tmux, on the same bytes.

const folder = mkdtempSync(join(tmpdir(), 'zmx-capture-'));
const socket = join(folder, 'tmux');
const SIZE = { cols: 40, rows: 10 };
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  SHELL: '/bin/sh',
};

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env, encoding: 'utf8' });
}

before(() => {
  tmux('new-session', '-d', '-x', String(SIZE.cols), '-y', String(SIZE.rows), 'sleep 600');
});
after(() => {
  tmux('kill-server');
  rmSync(folder, { recursive: true, force: true });
});

let windows = 0;

/** tmux's capture of a window that has shown these bytes. */
async function ofTmux(bytes: string, flags: string[]): Promise<string> {
  const name = `w${++windows}`;
  const file = join(folder, name);
  writeFileSync(file, bytes);
  tmux('new-window', '-d', '-n', name, `stty raw -echo; cat ${file}; sleep 600`);
  await eventually(() => tmux('capture-pane', '-p', '-t', name, '-S', '-').includes('END'));
  const text = tmux('capture-pane', '-p', '-t', name, ...flags);
  tmux('kill-window', '-t', name);
  return text;
}

async function ofZmx(bytes: string, options: CaptureOptions): Promise<string> {
  const history = new HistoryFile(join(folder, 'history'), 1000);
  const emulator = new Emulator({ ...SIZE, sink: history, version: '0', scrollback: 20 });
  emulator.write(Buffer.from(bytes));
  const sink = new TextSink();
  try {
    await capture({ emulator, history }, options, sink);
    return String(sink.end());
  } finally {
    emulator.dispose();
    history.dispose({ erase: true });
  }
}

const numbered = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}\r\n`).join('');
const long = 'abcdefghij'.repeat(13);

const screens: Record<string, string> = {
  'lines of history': `${numbered(100)}END`,
  'wrapped lines': `${long}\r\nshort\r\n${long}${long}\r\n${numbered(30)}${long}\r\nEND`,
  'spaces at the end': `one   \r\ntwo\r\n${numbered(30)}three  \r\nEND`,
  'wide characters': `${'漢字'.repeat(30)}\r\na${'漢字'.repeat(30)}\r\n${numbered(20)}e\u0301 😀 END`,
  attributes:
    '\x1b[1;31mbold red\x1b[22m red\x1b[0m plain \x1b[4:3;58:2::1:2:3mcurly\x1b[m\r\n' +
    '\x1b[38;5;200;48;2;1;2;3mcolours\x1b[39m fg\x1b[49m bg\r\n\x1b[97;104mbright\x1b[0;2;3;7;9mmany\x1b[0m END',
  'an erased screen': `${numbered(5)}\x1b[2J\x1b[Hafter\r\nEND`,
  'an alternate screen': `${numbered(15)}\x1b[?1049h\x1b[2;2Halternate END`,
};

const ways: Record<string, [flags: string[], options: CaptureOptions]> = {
  screen: [[], {}],
  'all of it': [['-S', '-'], { start: '-' }],
  'a part': [['-S', '-7', '-E', '3'], { start: -7, end: 3 }],
  'from far above to far below': [['-S', '-999', '-E', '999'], { start: -999, end: 999 }],
  'history only': [['-S', '-', '-E', '-1'], { start: '-', end: -1 }],
  'end before start': [['-S', '5', '-E', '2'], { start: 5, end: 2 }],
  joined: [['-J', '-S', '-'], { join: true, start: '-' }],
  untrimmed: [['-N', '-S', '-'], { trailing: true, start: '-' }],
  escapes: [['-e', '-S', '-'], { escapes: true, start: '-' }],
};

for (const [name, bytes] of Object.entries(screens)) {
  test(`captures ${name} as tmux does`, async () => {
    for (const [way, [flags, options]] of Object.entries(ways)) {
      assert.equal(await ofZmx(bytes, options), await ofTmux(bytes, flags), way);
    }
    if (bytes.includes('1049')) {
      assert.equal(await ofZmx(bytes, { alternate: true }), await ofTmux(bytes, ['-a']));
    } else await assert.rejects(() => ofZmx(bytes, { alternate: true }), /no alternate screen/);
  });
}
