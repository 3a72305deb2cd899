import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogReader } from '../../src/archive/log-reader.ts';
import { DEFAULT_LOG_SETTINGS, type LogSettings, PaneLog } from '../../src/archive/pane-log.ts';
import type { LogRecord } from '../../src/archive/records.ts';
import { Emulator } from '../../src/term/emulator/emulator.ts';
import { SHELL_REPORT_OSC } from '../../src/term/shell-report.ts';

/** A pane without a daemon: an emulator and its log, fed as a pane worker does it. */
export class LoggedEmulator {
  readonly log: PaneLog;
  readonly emulator: Emulator;
  lines = 0;
  offset: number;
  #failures: (string | undefined)[] = [];

  constructor(
    folder: string,
    options: { settings?: Partial<LogSettings>; life?: string; offset?: number; nonce?: string } = {},
  ) {
    this.offset = options.offset ?? 0;
    this.emulator = new Emulator({
      cols: 40,
      rows: 6,
      scrollback: 20,
      version: '1',
      sink: { append: () => this.lines++, clear: () => {} },
    });
    const life = options.life ?? 'life';
    this.log = new PaneLog(
      folder,
      {
        state: () => ({
          offset: this.offset,
          life,
          cols: this.emulator.cols,
          rows: this.emulator.rows,
          generation: 0,
          lines: this.lines,
          scrollback: 20,
          state: this.emulator.saveState(),
        }),
        inReport: () => this.emulator.inOsc(SHELL_REPORT_OSC),
        changed: () => this.#failures.push(this.log.failure),
        closed: () => {},
      },
      options.nonce,
    );
    this.log.set({ ...DEFAULT_LOG_SETTINGS, ...options.settings });
    this.log.open(life, this.offset);
  }

  get failures(): readonly (string | undefined)[] {
    return this.#failures;
  }

  write(bytes: Uint8Array | string): void {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.log.output(buffer, this.offset);
    this.emulator.write(buffer);
    this.offset += buffer.length;
  }

  dispose(): void {
    this.log.dispose();
    this.emulator.dispose();
  }
}

export function readLog(folder: string): LogRecord[] {
  return [...new LogReader(folder).records()];
}

/** All logged output, one piece after another. */
export function loggedOutput(records: readonly LogRecord[]): Buffer {
  return Buffer.concat(records.flatMap((record) => (record.kind === 'output' ? [record.bytes] : [])));
}

/** A folder for one test; remove it with `dispose`. */
export function temporaryFolder(): { path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'zmx-log-'));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
