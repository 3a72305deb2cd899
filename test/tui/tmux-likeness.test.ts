import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Screen } from '../../src/tui/compositor/chrome.ts';
import { Compositor } from '../../src/tui/compositor/compositor.ts';
import { textLines } from './reference-terminal.ts';
import { TmuxTerminal } from './tmux-terminal.ts';

const COLS = 61;
const ROWS = 20;
let tmux: TmuxTerminal;

before(async () => {
  tmux = new TmuxTerminal(COLS, ROWS);
  await tmux.ready();
});
after(() => tmux.dispose());

/** Runs commands and waits until tmux's terminal shows what zmx composes for the same window. */
async function same(
  commands: readonly string[][] = [],
  status: Screen['status'] = NO_STATUS,
  more: (screen: Screen) => Partial<Screen> = () => ({}),
): Promise<void> {
  const screen = tmux.screen(status, commands);
  const compose = () => {
    const composition = { screen: { ...screen, ...more(screen) }, panes: new Map() };
    return textLines(new Compositor(COLS, ROWS).compose(composition).grid);
  };
  if (await tmux.until(() => isDeepStrictEqual(tmux.lines(), compose()))) return;
  const got = compose();
  const wanted = tmux.lines();
  const wrong = wanted.flatMap((line, y) =>
    line.flatMap((cell, x) =>
      cell === got[y]![x] ? [] : [`${x},${y}: tmux '${cell}', zmx '${got[y]![x]}'`],
    ),
  );
  const text = (lines: string[][]) =>
    lines.map((line) => line.map((cell) => [...cell][0] ?? '').join('')).join('\n');
  assert.fail(`${wrong.slice(0, 12).join('\n')}\ntmux:\n${text(wanted)}\nzmx:\n${text(got)}`);
}

const NO_STATUS: Screen['status'] = { position: 'off', lines: [], style: '' };

const windows: Record<string, string[][]> = {
  'one pane': [],
  'two beside each other': [['split-window', '-h']],
  'two above each other': [['split-window', '-v']],
  'three, the right one split': [
    ['split-window', '-h'],
    ['split-window', '-v'],
  ],
  'a cross': [
    ['split-window', '-h'],
    ['split-window', '-v'],
    ['select-layout', 'tiled'],
    ['split-window', '-h'],
    ['select-layout', 'tiled'],
  ],
  'five, of several kinds': [
    ['split-window', '-h'],
    ['split-window', '-v'],
    ['split-window', '-h'],
    ['split-window', '-v', '-t', ':.0'],
  ],
};

function openWindow(commands: string[][], status = 'off'): void {
  tmux.runAll([['set-option', '-g', 'status', status], ['new-window'], ...commands]);
}

function borders(status: string, lines: string, indicators: string): string[][] {
  return [
    ['set-option', '-g', 'pane-border-status', status],
    ['set-option', '-g', 'pane-border-lines', lines],
    ['set-option', '-g', 'pane-border-indicators', indicators],
  ];
}

for (const [name, commands] of Object.entries(windows))
  test(`borders are tmux's: ${name}`, async () => {
    openWindow(commands);
    for (const status of ['off', 'top', 'bottom'])
      for (const [lines, indicators] of [
        ['single', 'colour'],
        ['double', 'both'],
        ['heavy', 'arrows'],
        ['simple', 'off'],
        ['number', 'colour'],
      ] as const) {
        await same([...borders(status, lines, indicators), ['select-pane', '-t', ':.0']]);
        await same([['select-pane', '-t', ':.{bottom-right}']]);
      }
  });

test("marked, zoomed and smaller windows are tmux's", async () => {
  openWindow(windows['three, the right one split']!);
  await same([...borders('off', 'single', 'colour'), ['select-pane', '-m', '-t', ':.1']]);
  await same([
    ['select-pane', '-M'],
    ['resize-pane', '-Z'],
  ]);
  await same([['resize-pane', '-Z']]);
  for (const lines of ['single', 'double', 'simple'])
    await same([...borders('off', lines, 'colour'), ['resize-window', '-x', '44', '-y', '12']]);
  await same(borders('top', 'heavy', 'both'));
});

const formats = [
  'plain text',
  '#[align=left]left #[fg=red,bold]bold#[default] ##[escaped] ###[fg=blue]# #[align=centre]mid#[align=right]right',
  '#[fill=blue]filled#[align=right,fg=#112233,bg=colour200,italics,curly-underscore]curly',
  '漢字 wide#[align=absolute-centre]absolute 漢#[align=right]e\u0301 end',
  '#[fg=red,push-default]a#[fg=blue]b#[default]c#[pop-default]d#[default]e#[nobold,strikethrough]f#[none]g',
  `left#[align=centre]${'centre '.repeat(12)}#[align=right]right`,
  `${'left '.repeat(10)}#[align=right]${'right '.repeat(10)}`,
  '#[wrong]kept#[fg=nocolour]also',
];
for (const align of ['left', 'centre', 'right', 'absolute-centre'])
  for (const focused of [0, 5, 11]) {
    const entries = Array.from({ length: 12 }, (_, index) =>
      index === focused ? `#[list=focus,reverse]${index}:focused#[noreverse,list=on] ` : `${index}:window `,
    ).join('');
    const list = `#[list=on align=${align}]#[list=left-marker]<#[list=right-marker]>#[list=on]${entries}`;
    formats.push(`#[align=left]begin #[norange]${list}#[nolist align=right]after #[fg=cyan]end`);
    formats.push(`begin${list.replace(/(\d+:window ){3}/g, '')}#[nolist]next#[nolist align=centre]mid`);
  }

const green = 'bg=green,fg=black';

test("status lines are laid out as tmux's", async () => {
  openWindow([...borders('off', 'single', 'colour'), ['set-option', '-g', 'status-style', green]], 'on');
  for (const format of formats)
    await same([['set-option', '-g', 'status-format[0]', format]], {
      position: 'bottom',
      lines: [format],
      style: green,
    });
  const three = formats.slice(0, 3);
  await same(
    [
      ['set-option', '-g', 'status', '3'],
      ['set-option', '-g', 'status-position', 'top'],
      ...three.map((format, index) => ['set-option', '-g', `status-format[${index}]`, format]),
    ],
    { position: 'top', lines: three, style: green },
  );
  tmux.run('set-option', '-g', 'status-position', 'bottom');
});

test("messages, pane numbers and the clock are tmux's", async () => {
  openWindow(windows['two beside each other']!, 'on');
  const status: Screen['status'] = { position: 'bottom', lines: ['status'], style: green };
  await same(
    [
      ['set-option', '-g', 'status-format[0]', 'status'],
      ['display-message', '-d', '0', 'a #[fg=red]message'],
    ],
    status,
    () => ({ message: { text: 'a #[fg=red]message', style: 'bg=yellow,fg=black' } }),
  );
  await same([['display-message', '-d', '1', 'next']], status);
  await same([['display-panes', '-b', '-d', '0']], status, () => ({
    overlay: { kind: 'pane-numbers', id: 'numbers' },
  }));
  tmux.type('q');
  await same([], status);
  await same([['clock-mode']], status, ({ panes }) => ({
    overlay: {
      kind: 'clock',
      id: 'clock',
      pane: panes.find(({ active }) => active)!.pane,
      time: new Date().toISOString().slice(11, 16),
    },
  }));
});
