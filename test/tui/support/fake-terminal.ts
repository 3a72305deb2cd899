import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import headless from '@xterm/headless';
import { eventually } from '../../support/eventually.ts';

/** The user's terminal, in memory: an emulator that shows what is written and answers what is asked. */
export class FakeTerminal {
  readonly emulator: InstanceType<typeof headless.Terminal>;
  readonly input: EventEmitter & {
    isTTY: true;
    raw: boolean;
    reading: boolean;
    setRawMode(on: boolean): void;
    pause(): void;
    resume(): void;
  };
  readonly output: FakeOutput;

  constructor(cols = 40, rows = 8) {
    this.emulator = new headless.Terminal({ cols, rows, allowProposedApi: true });
    this.input = Object.assign(new EventEmitter(), {
      isTTY: true as const,
      raw: false,
      reading: false,
      setRawMode(on: boolean) {
        this.raw = on;
      },
      pause() {
        this.reading = false;
      },
      resume() {
        this.reading = true;
      },
    });
    this.output = new FakeOutput(this.emulator);
    this.emulator.onData((answer) => this.type(answer));
  }

  type(keys: string): void {
    this.input.emit('data', Buffer.from(keys));
  }

  resize(cols: number, rows: number): void {
    this.emulator.resize(cols, rows);
    this.output.emit('resize');
  }

  /** The visible rows, without trailing spaces. */
  rows(): string[] {
    const buffer = this.emulator.buffer.active;
    return Array.from(
      { length: this.emulator.rows },
      (_, y) =>
        buffer
          .getLine(buffer.baseY + y)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }

  shows(wanted: (rows: string[]) => boolean, what: string): Promise<true> {
    return eventually(() => {
      const rows = this.rows();
      if (wanted(rows)) return true;
      throw new Error(`never showed ${what}:\n${rows.join('\n')}`);
    });
  }
}

class FakeOutput extends Writable {
  readonly isTTY = true;
  readonly #emulator: InstanceType<typeof headless.Terminal>;
  /** Everything written. */
  written = '';
  /** While set, nothing is taken: the terminal lags. */
  #held: (() => void) | undefined;
  #stuck = false;

  constructor(emulator: InstanceType<typeof headless.Terminal>) {
    super({ highWaterMark: 256, decodeStrings: true });
    this.#emulator = emulator;
  }

  get columns(): number {
    return this.#emulator.cols;
  }

  get rows(): number {
    return this.#emulator.rows;
  }

  stall(): void {
    this.#stuck = true;
  }

  goOn(): void {
    this.#stuck = false;
    this.#held?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = () => {
      this.#held = undefined;
      this.written += chunk.toString('utf8');
      this.#emulator.write(chunk, done);
    };
    if (this.#stuck) this.#held = take;
    else take();
  }
}
