import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { IBufferCell } from '@xterm/headless';
import { eventually } from '../support/eventually.ts';
import { TerminalDriver } from '../support/terminal-driver.ts';
import { ZmxUser } from '../support/zmx-user.ts';

const COLS = 100;
const ROWS = 30;

/** Every attribute, all three kinds of colour, erased backgrounds, links, wide and combining characters, the cursor. */
function testCard(): string {
  const lines = [
    Array.from(
      { length: 16 },
      (_, i) => `\x1b[${i < 8 ? 30 + i : 82 + i}mA\x1b[0;${40 + (i % 8)}mB\x1b[0m`,
    ).join(''),
    Array.from({ length: 48 }, (_, i) => `\x1b[48;5;${i * 5}m \x1b[38;5;${255 - i}mx\x1b[0m`).join(''),
    Array.from({ length: 60 }, (_, i) => `\x1b[48;2;${i * 4};${255 - i * 4};128m.\x1b[0m`).join(''),
    '\x1b[1mbold\x1b[m \x1b[2mdim\x1b[m \x1b[3mitalic\x1b[m \x1b[4mline\x1b[m \x1b[5mblink\x1b[m \x1b[7minverse\x1b[m',
    '\x1b[8mhidden\x1b[m \x1b[9mstrike\x1b[m \x1b[53mover\x1b[m \x1b[21mdouble\x1b[m \x1b[1;3;4;7;9mall\x1b[m',
    '\x1b[4:3;58:2::255:0:0mcurly and red\x1b[m \x1b[4:4mdotted\x1b[m \x1b]8;;http://example.com/x\x1b\\link\x1b]8;;\x1b\\',
    '漢字かな e\u0301 한글 ｆｕｌｌ ─│┌┐ ∑ ß',
    '\x1b[41m\x1b[K\x1b[m',
    '\x1b[44m\x1b[2K in the middle \x1b[m',
  ];
  for (let y = 0; y < 8; y++)
    lines.push(
      Array.from(
        { length: COLS - 1 },
        (_, x) =>
          `\x1b[0;${[0, 1, 3, 4, 7, 9][(x + y) % 6]};38;5;${(x * 7 + y) % 256}m${String.fromCharCode(33 + ((x * 3 + y) % 90))}`,
      ).join(''),
    );
  return `\x1b[H\x1b[2J${lines.join('\x1b[m\r\n')}\x1b[m\x1b[25;3Hthe end\x1b[20;7H`;
}

/** What a cell looks like, as one string. */
function looks(cell: IBufferCell | undefined): string {
  if (!cell) return '';
  const colours = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
  const flags = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isBlink()];
  flags.push(cell.isInverse(), cell.isInvisible(), cell.isStrikethrough(), cell.isOverline());
  return `${cell.getChars() || ' '} ${cell.getWidth()} ${colours} ${flags.map(Number)}`;
}

function cells({ terminal }: TerminalDriver): string[] {
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: ROWS - 1 }, (_, y) => buffer.getLine(buffer.baseY + y));
  return rows.flatMap((line, y) =>
    Array.from({ length: COLS }, (_, x) => `${y},${x}: ${looks(line?.getCell(x))}`),
  );
}

test('what a program draws in a pane looks as it does without zmx, cell by cell', async () => {
  const user = new ZmxUser({ COLORTERM: 'truecolor' });
  const file = join(user.temp.home, 'card');
  writeFileSync(file, testCard());
  const program = `stty -echo; cat '${file}'; exec sleep 1000`;
  const options = { env: user.env, cwd: user.temp.home, cols: COLS, rows: ROWS - 1 };
  const direct = new TerminalDriver('sh', ['-c', program], options);
  after(async () => {
    direct.dispose();
    await user.close();
  });
  const inZmx = user.open(['attach', 'work'], { cols: COLS, rows: ROWS });
  await inZmx.waitForScreen(/\[work\] 0:/);
  inZmx.send(`${program}\r`);
  for (const terminal of [direct, inZmx]) await terminal.waitForScreen(/the end/);
  await eventually(() => {
    assert.deepEqual(cells(inZmx), cells(direct));
    const { cursorX, cursorY } = inZmx.terminal.buffer.active;
    assert.deepEqual([cursorX, cursorY], [6, 19]);
    return true;
  });
  const drawn = Buffer.concat(inZmx.output).toString();
  assert.ok(drawn.includes('\x1b]8;;http://example.com/x\x1b\\'), 'the link is there');
  assert.match(drawn, /\x1b\[[\d;]*4:3[\d;:]*58:2::255:0:0m/, 'and the red curly line');
});
