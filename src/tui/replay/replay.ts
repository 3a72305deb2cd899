import { DisposableStack } from '../../base/disposable.ts';
import type { InputEvent, MouseInput } from '../../term/keys/input-events.ts';
import { MouseButton } from '../../term/keys/input-events.ts';
import type { Screen } from '../compositor/chrome.ts';
import { DrawScheduler } from '../draw-scheduler.ts';
import { ScreenView } from '../screen-view.ts';
import { Terminal, type TerminalOptions } from '../terminal.ts';
import { NO_LINK, paneScreen } from './pane-screen.ts';
import { Player, type Recording } from './player.ts';
import { ReplayScreen } from './replay-screen.ts';
import { timeLine, timeOf } from './time-line.ts';

export interface ReplayOptions extends TerminalOptions {
  readonly recording: Recording;
  /** The pane's name, for the terminal's title. */
  readonly title: string;
  /** Where to begin, ms since 1970. */
  readonly start: number;
}

const PANE = 'replay';
const TIME_LINE_ROWS = 2;
/** A frame is drawn at most this often; a display shows no more. */
const FRAME_MS = 16;
/** The clock of the time line moves at least this often while playing. */
const CLOCK_MS = 250;
/** Left and Right. */
const SKIP_MS = 5000;
const HELP =
  'Space play/stop  ← → 5 s  0-9 tenths  [ ] command  { } failure  + - speed  . next output  click the line  q quit';

/** Plays a pane's past on this terminal until the user leaves. The terminal is as before when it resolves. */
export async function replay(options: ReplayOptions): Promise<void> {
  const terminal = new Terminal(options);
  const show = new Replay(terminal, options);
  try {
    await show.run();
  } finally {
    await show.close();
  }
}

class Replay {
  readonly #terminal: Terminal;
  readonly #recording: Recording;
  readonly #title: string;
  readonly #stage = new ReplayScreen();
  readonly #player: Player;
  readonly #view: ScreenView;
  readonly #drawing: DrawScheduler;
  readonly #cleanUps = new DisposableStack();
  readonly #actions: ReadonlyMap<string, () => void>;
  #timer: NodeJS.Timeout | undefined;
  #lastMs = performance.now();
  #note = '';
  #leave: () => void = () => {};

  constructor(terminal: Terminal, { recording, title, start, env }: ReplayOptions) {
    this.#terminal = terminal;
    this.#recording = recording;
    this.#title = title;
    this.#player = new Player(recording, this.#stage);
    if (start > recording.from) this.#player.seek(start);
    this.#drawing = new DrawScheduler(
      () => this.#draw(),
      () => terminal.lagging,
    );
    const redraw = (): void => this.#drawing.request('now');
    this.#view = new ScreenView(env.TERM ?? '', terminal.features, terminal.size, redraw);
    this.#actions = this.#keyActions();
  }

  run(): Promise<void> {
    return new Promise((resolve) => {
      this.#leave = resolve;
      const terminal = this.#terminal;
      for (const listening of [
        terminal.events.on((event) => this.#take(event)),
        terminal.resized.on((size) => {
          this.#view.resize(size);
          this.#drawing.request('now');
        }),
        terminal.featuresChanged.on((features) => this.#view.setFeatures(features)),
        terminal.drained.on(() => this.#drawing.drained()),
        terminal.resumed.on(() => {
          this.#view.invalidate();
          this.#drawing.request('now');
        }),
        terminal.ended.on(() => resolve()),
      ])
        this.#cleanUps.use(listening);
      terminal.start();
      terminal.enter();
      terminal.setMouse('buttons');
      terminal.setTitle(`replay of ${this.#title}`);
      this.#lastMs = performance.now();
      this.#tick();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#cleanUps.dispose();
    this.#drawing.dispose();
    this.#terminal.write(this.#view.restore());
    this.#view.dispose();
    this.#stage.dispose();
    await this.#terminal.close();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    this.#player.advance(now - this.#lastMs);
    this.#lastMs = now;
    this.#drawing.request('now');
    if (!this.#player.playing) return;
    const wait = Math.min(CLOCK_MS, Math.max(FRAME_MS, this.#player.untilNext));
    this.#timer = setTimeout(() => this.#tick(), wait);
  }

  #take(event: InputEvent): void {
    this.#note = '';
    if (event.kind === 'key') this.#key(event.key);
    else if (event.kind === 'mouse') this.#mouse(event);
    else return;
    this.#lastMs = performance.now();
    this.#tick();
  }

  #key(key: string): void {
    const { from, to } = this.#recording;
    const action = this.#actions.get(key);
    if (/^[0-9]$/.test(key)) this.#player.seek(from + (Number(key) / 10) * (to - from));
    else if (action) action();
    else this.#note = HELP;
  }

  #keyActions(): Map<string, () => void> {
    const player = this.#player;
    const { from, to } = this.#recording;
    const actions: [keys: string, action: () => void][] = [
      ['q Escape C-c C-d', () => this.#leave()],
      ['Space', () => player.toggle()],
      ['Left h', () => player.seek(player.position - SKIP_MS)],
      ['Right l', () => player.seek(player.position + SKIP_MS)],
      ['Home g', () => player.seek(from)],
      ['End G', () => player.seek(to)],
      ['+ = >', () => player.faster()],
      ['- <', () => player.slower()],
      ['.', () => player.step()],
      ['] n', () => this.#jump('next', false)],
      ['[ p', () => this.#jump('previous', false)],
      ['} N', () => this.#jump('next', true)],
      ['{ P', () => this.#jump('previous', true)],
      ['C-z', () => this.#terminal.suspend()],
    ];
    return new Map(actions.flatMap(([keys, action]) => keys.split(' ').map((key) => [key, action] as const)));
  }

  #jump(direction: 'next' | 'previous', failed: boolean): void {
    if (this.#player.jump(direction, failed)) return;
    this.#note =
      this.#recording.commands.length === 0
        ? 'no commands are recorded: the shell had no integration'
        : `no ${direction} ${failed ? 'failure' : 'command'}`;
  }

  /** The time line is a handle: press it, or drag along it. */
  #mouse({ button, x, y, release }: MouseInput): void {
    const { cols, rows } = this.#terminal.size;
    const dragged = (button & ~MouseButton.motion) === 0 && !release;
    if (dragged && y >= rows - TIME_LINE_ROWS) this.#player.seek(timeOf(this.#recording, x, cols));
  }

  #draw(): void {
    const changes = this.#stage.frame(PANE);
    if (changes && this.#view.frames.take(changes.frame, changes.payload) === 'stale')
      throw new Error('a frame of the replay does not follow the one before');
    this.#view.setScreen(this.#screen());
    this.#terminal.write(this.#view.draw(NO_LINK));
  }

  /** What an attached client would be told of a session with this one pane. */
  #screen(): Screen {
    const { from, to, commands } = this.#recording;
    const { position, playing, speed } = this.#player;
    const state = { from, to, commands, position, playing, speed, note: this.#note };
    return paneScreen(PANE, this.#stage.size, timeLine(state, this.#terminal.size.cols));
  }
}
