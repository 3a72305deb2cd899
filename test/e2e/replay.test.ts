import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import headless from '@xterm/headless';
import { writeMeta } from '../../src/archive/log-folder.ts';
import { LoggedEmulator } from '../support/pane-logs.ts';
import { ZmxUser } from '../support/zmx-user.ts';

const PANE = 'abcd1234-past';
const NONCE = 'abcdefghijklmnop';
let reports = 0;

/** What the shell's integration writes. */
function report(...fields: string[]): string {
  return `\x1b]7707;${NONCE};${++reports};${fields.join(';')}\x1b\\`;
}

describe("a pane's past, without its daemon", () => {
  let user: ZmxUser;
  before(() => {
    user = new ZmxUser();
    const folder = join(user.temp.folders.state, 'default', 'log', PANE);
    writeMeta(folder, {
      pane: PANE,
      name: '%7',
      session: 'work',
      window: 'make',
      windowIndex: 2,
      paneIndex: 1,
      command: 'bash',
      host: '',
      ended: true,
    });
    const pane = new LoggedEmulator(folder, { nonce: NONCE });
    pane.write(`$ make all\r\n${report('command', 'make%20all', '/srv')}\x1b[31mno rule\x1b[0m to make\r\n`);
    pane.write(
      `${report('finished', '2')}$ echo 漢字\r\n${report('command', 'echo%20%E6%BC%A2%E5%AD%97', '/srv')}`,
    );
    pane.write(`漢字\r\n${report('finished', '0')}$ `);
    pane.log.resized(60, 10, pane.offset);
    pane.emulator.resize(60, 10);
    pane.write('the end\r\n');
    pane.dispose();
  });
  after(() => user.close());

  it('is found by what was printed, with time, place, command and status', async () => {
    assert.match(
      await user.ok('log', 'search', 'no rule'),
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d %7 work:2\.1 \[make all → 2\] no rule to make$/,
    );
    assert.match(await user.ok('log', 'search', '-iE', '^NO\\s+rule'), /no rule/);
    assert.match(await user.ok('log', 'search', '--pane', 'work:2.1', '漢字'), /\[echo 漢字 → 0\] 漢字$/);
    assert.deepEqual(await user.run('log', 'search', 'not printed'), { code: 1, out: '', err: '' });
    assert.equal((await user.run('log', 'search', '--to', '2020-01-01 10:00', 'rule')).code, 1);
    assert.match((await user.run('log', 'search', '-E', '(')).err, /regular expression/i);
    assert.match(await user.ok('log', 'list'), /^abcd1234-past .* %7 work:2\.1 ended bash$/);
  });

  it('is an asciicast that shows the same screen', async () => {
    const file = join(user.temp.home, 'past.cast');
    assert.equal(await user.ok('export', '-o', file, '%7'), '');
    const text = readFileSync(file, 'utf8');
    assert.equal(await user.ok('export', '%7'), text.trimEnd());
    const [header, ...events] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(header.version, 3);
    assert.deepEqual(header.term, { cols: 40, rows: 6, type: 'xterm-256color' });
    assert.deepEqual(
      events.filter(([, code]) => code === 'm').map(([, , label]) => label),
      ['make all', 'echo 漢字'],
    );
    const terminal = new headless.Terminal({ cols: 40, rows: 6, allowProposedApi: true });
    for (const [, code, data] of events) {
      if (code === 'o') await new Promise<void>((done) => terminal.write(data, done));
      if (code === 'r') terminal.resize(...(data.split('x').map(Number) as [number, number]));
    }
    const rows = [0, 1, 2, 3, 4].map((y) => terminal.buffer.active.getLine(y)?.translateToString(true));
    assert.deepEqual(rows, ['$ make all', 'no rule to make', '$ echo 漢字', '漢字', '$ the end']);
    terminal.dispose();
  });

  it('is played on the terminal, with a time line', async () => {
    const terminal = user.open(['replay', '%7']);
    await terminal.waitForScreen(/■ \d{4}-.*\$ echo 漢字 → 0/);
    assert.match(terminal.screen(), /no rule to make[\s\S]*\$ the end/);
    assert.match(terminal.rows().at(-2) ?? '', /╳|●/);
    terminal.send('x');
    await terminal.waitForScreen(/Space play\/stop/);
    terminal.send('g');
    await terminal.waitForScreen((screen) => !screen.includes('the end'));
    terminal.send('}');
    await terminal.waitForScreen(/no failure|\$ make all/);
    terminal.send('q');
    assert.equal((await terminal.waitForExit()).code, 0);
  });

  it('says what is wrong in one sentence', async () => {
    assert.match((await user.run('replay', '%9')).err, /no pane %9 has a log; zmx log list shows/);
    assert.match((await user.run('export', '--from', 'noon', '%7')).err, /'noon' is no time/);
    assert.match((await user.run('replay')).err, /no pane/);
    assert.match((await user.run('log')).err, /^usage: zmx log search/);
  });
});
