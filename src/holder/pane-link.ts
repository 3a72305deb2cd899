import { ShellReportFilter } from '../base/shell-report-filter.ts';
import type { FrameSink, Observer } from './observer.ts';
import type { Pane } from './pane.ts';

/**
 * A command joined to a terminal (pipe-pane): what the terminal prints is the command's
 * standard input, and what the command prints may be typed there. Here and not in the
 * daemon, whose end would tear the two apart and lose what is printed meanwhile.
 */
export class PaneLink {
  readonly #command: Pane;
  readonly #feeding: { readonly from: Pane; readonly observer: Observer } | undefined;
  readonly #listening: Observer;
  /** With a shell's secret in it, a file of this output could speak for the shell when it is shown. */
  readonly #filter = new ShellReportFilter();
  #disposed = false;

  /**
   * @param feedFrom from now on its output goes to the command
   * @param typeInto gets the command's output, which is dropped otherwise
   */
  constructor(command: Pane, feedFrom: Pane | undefined, typeInto: Pane | undefined) {
    this.#command = command;
    this.#feeding = feedFrom && { from: feedFrom, observer: this.#feed(feedFrom) };
    this.#listening = this.#listen(typeInto);
  }

  /** The command gets the end of its input, and lives on as long as it likes. */
  end(): void {
    if (!this.#feeding) return;
    this.#feeding.from.unobserve(this.#feeding.observer);
    this.#command.write(this.#filter.end(), true, () => {});
  }

  /** The command has ended. */
  dispose(): void {
    this.#disposed = true;
    this.#feeding?.from.unobserve(this.#feeding.observer);
    this.#command.unobserve(this.#listening);
  }

  #feed(from: Pane): Observer {
    const sink = {
      ...plainSink,
      send: (...[header, payload]: Parameters<FrameSink['send']>) => {
        if (header.t === 'exited') this.end();
        if (header.t !== 'output' || !payload) return;
        const end = header.offset + payload.length;
        const rest = this.#filter.filter(payload);
        const done = this.#later(() => from.took(observer, end, 0));
        if (rest.length > 0) this.#command.write(rest, false, done);
        else done();
      },
    };
    const observer = from.observe(sink, from.out.end, 0, { paces: false });
    return observer;
  }

  /** A write may be done with at once, in the middle of what the observer sends; and after the link's end. */
  #later(work: () => void): () => void {
    return () =>
      queueMicrotask(() => {
        if (!this.#disposed) work();
      });
  }

  #listen(typeInto: Pane | undefined): Observer {
    const command = this.#command;
    const sink = {
      ...plainSink,
      send: (...[header, payload]: Parameters<FrameSink['send']>) => {
        if (header.t !== 'output' || !payload) return;
        const end = header.offset + payload.length;
        const [out, err] = header.err ? [0, end] : [end, 0];
        const done = this.#later(() => {
          command.took(observer, out, err);
          command.free(out, err);
        });
        if (typeInto && !header.err) typeInto.write(payload, false, done);
        else done();
      },
    };
    const observer = command.observe(sink, 0, 0, { paces: false });
    return observer;
  }
}

const plainSink = { cork: () => {}, uncork: () => {} };
