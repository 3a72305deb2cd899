import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as messages from '../../src/protocol/messages/sessions.ts';
import { eventually } from '../support/eventually.ts';
import { attached, detach } from './support/attached-session.ts';

test('overlays are drawn over the panes; clicks choose their entries', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  const items = ['alpha', '漢字', 'gamma'].map((label) => ({ value: `v-${label}`, label }));
  daemon.screen({ overlay: { kind: 'list', id: 'o1', title: 'sessions', items, selected: 1 } });
  await terminal.shows((rows) => rows.some((line) => line.includes('│ 漢字')), 'the list');
  const rows = terminal.rows();
  const line = rows.findIndex((text) => text.includes('gamma'));
  const column = (rows[line] ?? '').indexOf('gamma');
  assert.ok(
    rows.some((text) => text.includes('sessions')),
    rows.join('\n'),
  );
  const selected = terminal.emulator.buffer.active.getLine(line - 1)?.getCell(column);
  assert.equal(selected?.getBgColor(), 3);
  terminal.type(
    `\x1b[<0;${column + 1};${line + 1}M\x1b[<0;${column + 1};${line + 1}m\x1b[<65;${column + 1};${line + 1}M`,
  );
  assert.deepEqual(
    daemon.all(messages.EVENT).map(({ event }) => event),
    [
      { kind: 'choose', overlay: 'o1', value: 'v-gamma' },
      { kind: 'key', key: 'WheelDown' },
    ],
  );
  daemon.screen({ overlay: { kind: 'confirm', id: 'o2', text: 'kill-pane 1? (y/n)' } });
  await terminal.shows(
    (now) => now[7] === 'kill-pane 1? (y/n)' && now[3] === `${' '.repeat(20)}│`,
    'the question alone',
  );
  daemon.screen({
    overlay: {
      kind: 'text',
      id: 'o3',
      title: 'keys',
      lines: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
      scroll: 3,
    },
  });
  await terminal.shows(
    (now) => /^4 +\[0\/2\] 5 6 7 8 9 $/.test(now.slice(0, 7).join(' ')),
    'text that takes the whole area, scrolled',
  );
  daemon.screen({
    overlay: {
      kind: 'menu',
      id: 'o4',
      title: '',
      items: [
        { value: 'a', label: 'Kill', key: 'X' },
        { value: '', label: '', key: '' },
      ],
      selected: -1,
      x: 38,
      y: 20,
    },
  });
  await terminal.shows((now) => now.some((text) => /│ Kill +\(X\) │$/.test(text)), 'the menu at the edge');
  const prompt = {
    id: 'p',
    label: ':',
    value: `${'x'.repeat(50)}漢é!`,
    cursor: 52,
    style: 'fg=black,bg=yellow',
  };
  daemon.screen({ prompt });
  await terminal.shows(
    (now) => (now[7] ?? '').endsWith('xx漢é!') && !now.some((text) => text.includes('Kill')),
    'the prompt, scrolled to its cursor',
  );
  assert.equal(terminal.emulator.buffer.active.cursorX, 39);
  daemon.screen();
  await terminal.shows(
    (now) => now[0] === `${'left'.padEnd(20)}│right` && now[3] === `${' '.repeat(20)}│`,
    'the panes again',
  );
  await detach(session);
});

test('a menu opens under a pressed button: the pointer selects, the release chooses or closes', async () => {
  const session = await attached();
  const { daemon, terminal } = session;
  const items = [
    { value: '0', label: 'First', key: 'f' },
    { value: '1', label: '#[dim]Second', key: 's' },
  ];
  daemon.screen({ overlay: { kind: 'menu', id: 'm', title: '', items, selected: -1, x: 2, y: 1 } });
  await terminal.shows((rows) => rows[3]?.slice(2).startsWith('│ Second (s) │') ?? false, 'the menu');
  const cell = (x: number, y: number) => terminal.emulator.buffer.active.getLine(y)?.getCell(x);
  assert.ok(cell(5, 3)?.isDim(), 'what cannot be chosen is dim');
  assert.ok(!cell(5, 2)?.isDim());
  const answers = () =>
    daemon.all(messages.EVENT).flatMap(({ event }) => (event.kind === 'choose' ? [event.value] : []));
  terminal.type('\x1b[<34;6;3M');
  await eventually(() => cell(5, 2)?.getBgColor() === 3);
  terminal.type('\x1b[<2;6;3m');
  assert.deepEqual(answers(), ['0']);
  terminal.type('\x1b[<2;30;3m');
  assert.deepEqual(answers(), ['0', '']);
  await detach(session);
});
