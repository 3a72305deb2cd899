import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HistoryFile } from '../../../src/daemon/panes/history-file.ts';
import { ByteWriter } from '../../../src/term/emulator/byte-stream.ts';
import { encodeRow } from '../../../src/term/row-codec.ts';
import { plainStyle } from '../../../src/term/style.ts';
import { lineText } from '../../support/emulation.ts';
import { damageHistory } from '../../support/history-damage.ts';

test('a damaged line of history costs itself alone, keeps its number and says so', () => {
  const { lines, lost } = damageHistory(20261130, 40);
  assert.ok(lost > 40 && lost < lines / 2, `${lost} of ${lines} lines are lost`);
});

test('lines that release 0.1.0 wrote are read, and go by their age', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const lineOf = (text: string) => {
    const cells = [...text].map((one) => ({ text: one, width: 1 as const, style: plainStyle }));
    return { cells: cells.length, wide: false, bytes: encodeRow({ cells, wrapped: false }) };
  };
  const writer = new ByteWriter();
  for (let i = 0; i < 10; i++) {
    const { cells, bytes } = lineOf(`old ${i}`);
    writer.varint(cells << 1);
    writer.varint(bytes.length);
    writer.bytes(bytes);
  }
  const mark = { generation: 0, next: 10, segment: 0, bytes: writer.length };
  writer.text('what a crash cuts off');
  writeFileSync(join(folder, '0-0.lines'), writer.view());

  const history = new HistoryFile(folder, 1000, mark);
  for (let i = 10; i < 20; i++) history.append(lineOf(`new ${i}`));
  assert.ok(history.flush());
  assert.deepEqual(readdirSync(folder).sort(), ['0-0.lines', '0-10.history']);
  const again = new HistoryFile(folder, 1000, history.mark);
  history.dispose({ erase: false });
  assert.deepEqual(
    Array.from({ length: 20 }, (_, i) => lineText(again.line(i))),
    Array.from({ length: 20 }, (_, i) => `${i < 10 ? 'old' : 'new'} ${i}`),
  );
  again.setLimit(10);
  assert.deepEqual(readdirSync(folder), ['0-10.history']);
  again.dispose({ erase: true });
});
