import { ZmxError } from '../../../protocol/errors.ts';
import type { CopyState } from '../pane-engine.ts';
import type { PaneSnapshot } from '../pane-snapshot.ts';
import type { CopyOutcome } from './copy-command.ts';
import { copyCommands, endsSearch } from './copy-commands.ts';
import { CopyMode, type LastSearch } from './copy-mode.ts';
import { applySettings } from './settings.ts';

/** How copy mode looks at its pane. */
export interface CopyHost {
  snapshot(): PaneSnapshot;
  /** Where the pane's own cursor is. */
  cursor(): { x: number; y: number };
  /** What the mode shows has changed. */
  changed(): void;
}

/** A pane's copy mode, on or off, by the commands of send-keys -X and `enter`. */
export class CopySession {
  readonly #host: CopyHost;
  #mode: CopyMode | undefined;
  #lastSearch: LastSearch | undefined;
  /** A command waits for the one before it: a search may take its time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(host: CopyHost) {
    this.#host = host;
  }

  get mode(): CopyMode | undefined {
    return this.#mode;
  }

  get state(): CopyState | undefined {
    const mode = this.#mode;
    if (!mode) return undefined;
    const x = Math.min(mode.cursor.x, mode.grid.cols - 1);
    return { active: true, x, y: mode.y, scroll: mode.scroll, selecting: mode.selecting.present };
  }

  /** The pane has another size. */
  resized(): void {
    this.#mode?.refresh(this.#host.snapshot(), { keepSelection: false });
  }

  /**
   * @param args of the command; also `x=N` and `y=N`, a place of the view to go to first (a
   * mouse), where y may be -1 or the number of rows to scroll by one.
   * @throws ZmxError for an unknown command, or when the pane is not in copy mode.
   */
  run(command: string, args: readonly string[]): Promise<CopyState> {
    const turn = this.#turn.then(() => this.#run(command, args));
    this.#turn = turn.then(() => this.#reachOlder()).catch(() => {});
    return turn;
  }

  /** Whoever has come to the top finds that it goes on: the next command waits for what is older. */
  async #reachOlder(): Promise<void> {
    if (this.#mode?.top === 0 && (await this.#mode.reachOlder()) > 0) this.#host.changed();
  }

  async #run(command: string, args: readonly string[]): Promise<CopyState> {
    const outcome = command === 'enter' ? this.#enter(args) : await this.#perform(command, args);
    if (outcome.exit) {
      this.#lastSearch = this.#mode?.lastSearch ?? this.#lastSearch;
      this.#mode = undefined;
    }
    this.#host.changed();
    const state = this.state ?? { active: false, x: 0, y: 0, scroll: 0, selecting: false };
    return outcome.copied === undefined ? state : { ...state, copied: outcome.copied };
  }

  /** Entering twice keeps the place, and takes the options anew. */
  #enter(args: readonly string[]): CopyOutcome {
    if (this.#mode) this.#mode.settings = applySettings(this.#mode.settings, args);
    else {
      this.#mode = new CopyMode(this.#host.snapshot(), this.#host.cursor(), args);
      // What was last looked for in this pane can be looked for again, upwards at first.
      this.#mode.lastSearch = this.#lastSearch && { ...this.#lastSearch, forward: false };
    }
    if (args.includes('-u')) this.#mode.page(-1, false);
    this.#goToPointer(this.#mode, args, false);
    return {};
  }

  async #perform(command: string, args: readonly string[]): Promise<CopyOutcome> {
    const mode = this.#mode;
    if (command === 'cancel' && !mode) return {};
    if (!mode) throw new ZmxError('EINVAL', 'not in a mode');
    this.#goToPointer(mode, args, command === 'cursor-to');
    if (command === 'refresh-from-pane') {
      mode.refresh(this.#host.snapshot(), { keepSelection: false });
      return {};
    }
    const perform = copyCommands.get(command);
    if (!perform) throw new ZmxError('EINVAL', `unknown copy mode command: ${command}`);
    const words = args.filter((word) => !POINTER.test(word));
    const outcome = (await perform(mode, words)) ?? {};
    if (endsSearch(command, mode.vi)) {
      mode.searchOrigin = undefined;
      mode.shownPattern = undefined;
    }
    return outcome;
  }

  /** @param drags the selection follows; otherwise what a click has selected stays selected */
  #goToPointer(mode: CopyMode, args: readonly string[], drags: boolean): void {
    const at = (axis: string): number | undefined => {
      const word = args.find((one) => one.startsWith(`${axis}=`) && POINTER.test(one));
      return word === undefined ? undefined : Number(word.slice(2));
    };
    const y = at('y');
    if (y === undefined) return;
    if (y < 0) mode.scrollView(-1);
    else if (y >= mode.grid.rows) mode.scrollView(1);
    const row = mode.top + Math.min(Math.max(y, 0), mode.grid.rows - 1);
    const length = mode.selecting.rectangle ? mode.grid.cols : mode.reader().lineLength(row);
    const place = { x: Math.min(at('x') ?? mode.cursor.x, length), row };
    if (drags) mode.moveTo(place);
    else mode.point(place);
  }
}

const POINTER = /^[xy]=-?\d+$/;
