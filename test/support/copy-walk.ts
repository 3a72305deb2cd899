import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopySession } from '../../src/daemon/panes/copy-mode/copy-session.ts';
import { HistoryFile } from '../../src/daemon/panes/history-file.ts';
import { PaneSnapshot } from '../../src/daemon/panes/pane-snapshot.ts';
import { Emulator } from '../../src/term/emulator/emulator.ts';
import { eventually } from './eventually.ts';

// Copy mode beside the real tmux: the same commands on the same screen lead to the same place and text.

const folder = mkdtempSync(join(tmpdir(), 'zmx-copy-'));
const socket = join(folder, 'tmux');
const COLS = 40;
const ROWS = 12;
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  SHELL: '/bin/sh',
};

const TEXT = [
  ...Array.from(
    { length: 30 },
    (_, i) => `line ${i}: some words, and (brackets [in] them) = ${'x'.repeat(i)}`,
  ),
  '',
  'a paragraph of its own that is long enough to be wrapped at the right margin, twice at least, I think',
  '  indented/path/to/file.txt --option="value"  trailing   ',
  '',
  '',
  '\u6f22\u5b57 wide \u{1f600} characters \u6f22\u5b57',
  'function call(a, { b: [1, 2] }) {',
  '    return a + b;',
  '}',
  'last words END',
].join('\r\n');

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env, encoding: 'utf8' });
}

export async function startTmux(): Promise<void> {
  writeFileSync(join(folder, 'text'), TEXT);
  const show = `stty raw -echo; cat ${join(folder, 'text')}; sleep 600`;
  tmux('new-session', '-d', '-x', String(COLS), '-y', String(ROWS), show);
  tmux('set-option', '-g', 'word-separators', ' -_@');
  await eventually(() => tmux('capture-pane', '-p').includes('END'));
}

export function stopTmux(): void {
  tmux('kill-server');
  rmSync(folder, { recursive: true, force: true });
}

export type Step = readonly string[];

/** Where each command led, and what was selected at the end. */
export interface Walk {
  readonly places: string[];
  readonly copied: string;
}

export function walkTmux(keys: string, steps: readonly Step[]): Walk {
  const where = [
    'display-message',
    '-p',
    '#{copy_cursor_x} #{copy_cursor_y} #{scroll_position} #{selection_present}',
  ];
  const commands: string[][] = [
    ['set-option', '-wg', 'mode-keys', keys],
    ['copy-mode'],
    ...steps.flatMap((step) => [['send-keys', '-X', ...step], where]),
    ['set-buffer', '-b', 'copied', ''],
    ['send-keys', '-X', 'copy-selection-no-clear', 'copied'],
    ['send-keys', '-X', 'cancel'],
  ];
  const places = tmux(...commands.flatMap((command, i) => (i > 0 ? [';', ...command] : command)))
    .trimEnd()
    .split('\n');
  // The prefix names the buffer; the first of that name is the newest.
  const [newest] = tmux('list-buffers', '-F', '#{buffer_name}').split('\n');
  const copied = newest?.startsWith('copied') ? tmux('show-buffer', '-b', newest) : '';
  for (const name of tmux('list-buffers', '-F', '#{buffer_name}').split('\n'))
    if (name) tmux('delete-buffer', '-b', name);
  return { places, copied };
}

export async function walkZmx(keys: string, steps: readonly Step[]): Promise<Walk> {
  const history = new HistoryFile(join(folder, 'history'), 1000);
  // A short live scrollback, so that most of the history is on disk.
  const emulator = new Emulator({ cols: COLS, rows: ROWS, sink: history, version: '0', scrollback: 10 });
  emulator.write(Buffer.from(TEXT));
  const session = new CopySession({
    snapshot: () => new PaneSnapshot(emulator, history),
    cursor: () => emulator.cursor,
    changed: () => {},
  });
  await session.run('enter', [`mode-keys=${keys}`, 'word-separators= -_@']);
  const places: string[] = [];
  for (const [command = '', ...args] of steps) {
    await session.run(command, args);
    const mode = session.mode;
    if (mode) places.push(`${mode.cursor.x} ${mode.y} ${mode.scroll} ${mode.selection ? 1 : 0}`);
  }
  const copied = session.mode ? ((await session.run('copy-selection-no-clear', [])).copied ?? '') : '';
  emulator.dispose();
  history.dispose({ erase: true });
  return { places, copied };
}
