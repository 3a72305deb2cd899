import { feedCells } from '../../src/term/emulator/cell-reader.ts';
import { Emulator } from '../../src/term/emulator/emulator.ts';
import type { HistoryLine } from '../../src/term/emulator/history-line.ts';
import { decodeRow } from '../../src/term/row-codec.ts';
import { RowWriter } from '../../src/term/row-writer.ts';

/** An emulator whose spilled lines stay in memory. */
export interface Emulation {
  readonly emulator: Emulator;
  /** Text of the lines that left the live screen. */
  lines: string[];
  /** How often the history was cleared. */
  cleared: number;
}

export function emulate(cols = 20, rows = 6, scrollback = 10): Emulation {
  const emulation: Emulation = {
    lines: [],
    cleared: 0,
    emulator: new Emulator({
      cols,
      rows,
      scrollback,
      version: '0',
      sink: {
        append: (line) => emulation.lines.push(lineText(line)),
        clear: () => {
          emulation.lines = [];
          emulation.cleared++;
        },
      },
    }),
  };
  return emulation;
}

export function lineText({ cells, bytes }: HistoryLine): string {
  return decodeRow(bytes, cells)
    .cells.map((cell) => cell.text)
    .join('');
}

/** Everything that anybody could see of an emulator: both screens with scrollback, cursor, modes, title, history. */
export function visible({ emulator, lines, cleared }: Emulation): unknown {
  const { core } = emulator.xterm;
  const { normal, alt } = core._bufferService.buffers;
  const screens = [normal, alt].map((buffer) =>
    Array.from({ length: buffer.lines.length }, (_, i) => {
      const line = buffer.lines.get(i);
      if (!line) return undefined;
      const writer = new RowWriter();
      writer.beginRow(line.isWrapped);
      feedCells(writer, line, line.length, emulator.uris);
      writer.endRow();
      return decodeRow(writer.take(), line.length);
    }),
  );
  return {
    screens,
    lines,
    cleared,
    open: emulator.history.open && lineText(emulator.history.open),
    cursor: emulator.cursor,
    at: [
      normal.x,
      normal.y,
      normal.ybase,
      normal.scrollTop,
      normal.scrollBottom,
      alt.scrollTop,
      alt.scrollBottom,
    ],
    alternate: emulator.alternate,
    modes: core.coreService.decPrivateModes,
    mouse: [emulator.input.mouse, emulator.input.mouseEncoding, emulator.input.state],
    colours: emulator.colours.state,
    title: emulator.title,
  };
}
