import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteWriter } from '../../../src/term/emulator/byte-stream.ts';
import { printFast } from '../../../src/term/emulator/fast-print.ts';
import { HistoryJoiner } from '../../../src/term/emulator/history-line.ts';
import { writeLine } from '../../../src/term/emulator/line-codec.ts';
import { Scrollback } from '../../../src/term/emulator/scrollback.ts';
import { charProperties, codePointWidth } from '../../../src/term/emulator/width.ts';
import { createXterm, type RawCore } from '../../../src/term/emulator/xterm-internals.ts';
import { terminalStream } from '../../support/terminal-streams.ts';

function plain(): RawCore {
  return createXterm(
    { cols: 20, rows: 6, scrollback: 10 },
    { version: 'test', wcwidth: codePointWidth, charProperties },
  ).core;
}

function contents(core: RawCore): Buffer {
  const { buffer } = core._bufferService;
  const writer = new ByteWriter();
  for (let i = 0; i < buffer.lines.length; i++) {
    const line = buffer.lines.get(i);
    if (line) writeLine(writer, line);
  }
  for (const number of [buffer.x, buffer.y, buffer.ybase]) writer.varint(number);
  return Buffer.from(writer.view());
}

test('printing fast puts the same into the cells as the emulator itself', () => {
  fc.assert(
    fc.property(terminalStream, (stream) => {
      const own = plain();
      const fast = plain();
      printFast(fast);
      own._inputHandler.parse(stream);
      fast._inputHandler.parse(stream);
      assert.ok(contents(fast).equals(contents(own)));
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('scrolling fast leaves the same rows as the emulator itself', () => {
  const lines = Array.from(
    { length: 60 },
    (_, i) =>
      `\x1b[${40 + (i % 10)}mline ${i} ${'e\u0301\u6f22'.repeat(i % 9)}\x1b[4:3m${'x'.repeat(i % 23)}\x1b[0;${40 + (i % 7)}m\r\n`,
  );
  const own = plain();
  const size = { cols: 20, rows: 6, scrollback: 10 };
  const handle = createXterm(size, { version: 'test', wcwidth: codePointWidth, charProperties });
  const history = new HistoryJoiner(() => '', { append: () => {}, clear: () => {} });
  new Scrollback(handle, history, size.scrollback);
  for (const line of lines) {
    own._inputHandler.parse(Buffer.from(line));
    handle.core._inputHandler.parse(Buffer.from(line));
    assert.ok(contents(handle.core).equals(contents(own)), line);
  }
});
