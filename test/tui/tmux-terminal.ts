import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pty from 'node-pty';
import type { Screen, ScreenPane } from '../../src/tui/compositor/chrome.ts';
import { ReferenceTerminal } from './reference-terminal.ts';

/** Longest wait for tmux to have drawn; only a deadline. */
const DEADLINE_MS = 30_000;

const PANE_FIELDS = [
  'pane_id',
  'pane_index',
  'pane_left',
  'pane_top',
  'pane_width',
  'pane_height',
  'pane_active',
  'pane_marked',
  'T:pane-border-format',
];

const WINDOW_FIELDS = [
  'window_name',
  'window_zoomed_flag',
  'window_width',
  'window_height',
  'pane-border-lines',
  'pane-border-style',
  'E:pane-active-border-style',
  'pane-border-status',
  'pane-border-indicators',
];

/** A real tmux with its own socket, attached on a pty whose output a reference terminal shows. */
export class TmuxTerminal {
  readonly #folder = mkdtempSync(join(tmpdir(), 'zmx-tmux-'));
  readonly #terminal: ReferenceTerminal;
  readonly #client: pty.IPty;
  readonly #closed: Promise<void>;
  #drawn: () => void = () => {};

  constructor(cols: number, rows: number) {
    this.#terminal = new ReferenceTerminal(cols, rows);
    const argv = [
      '-T',
      'RGB,usstyle,strikethrough',
      ...this.#options(),
      'new-session',
      '-s',
      'likeness',
      'exec cat >/dev/null',
    ];
    this.#client = pty.spawn('tmux', argv, {
      cols,
      rows,
      name: 'xterm-256color',
      env: this.#env(),
    });
    this.#closed = new Promise((resolve) => this.#client.onExit(() => resolve()));
    this.#client.onData((data) => void this.#terminal.write(data).then(() => this.#drawn()));
  }

  /** Waits for the session to be there. */
  async ready(): Promise<void> {
    await this.until(() => {
      try {
        this.run('has-session', '-t', 'likeness');
        return true;
      } catch {
        return false;
      }
    });
    this.run('set-option', '-g', 'default-command', 'exec cat >/dev/null');
  }

  /** Runs one command; see `runAll`. */
  run(...command: string[]): string {
    return this.runAll([command]);
  }

  /** Runs commands in one go; their output. */
  runAll(commands: readonly (readonly string[])[]): string {
    const words = commands.flatMap((command, index) => (index === 0 ? command : [';', ...command]));
    return execFileSync('tmux', [...this.#options(), ...words], { encoding: 'utf8', env: this.#env() });
  }

  /** Keys of the person at the terminal. */
  type(keys: string): void {
    this.#client.write(keys);
  }

  /** Runs `check` after each piece of output until it holds; false when it does not before the deadline. */
  async until(check: () => boolean): Promise<boolean> {
    const end = Date.now() + DEADLINE_MS;
    while (!check()) {
      if (Date.now() > end) return false;
      await new Promise<void>((resolve) => {
        this.#drawn = resolve;
        setTimeout(resolve, 50);
      });
    }
    return true;
  }

  lines(): string[][] {
    return this.#terminal.lines();
  }

  /** Runs commands, and returns the SCREEN that a zmx daemon would send for what tmux has then; status lines as given. */
  screen(status: Screen['status'], commands: readonly string[][] = []): Screen {
    const format = (fields: readonly string[]) => fields.map((field) => `#{${field}}`).join('\t');
    const answers = this.runAll([
      ...commands,
      ['display-message', '-p', '-t', 'likeness', format(WINDOW_FIELDS)],
      ['list-panes', '-F', format(PANE_FIELDS)],
    ]);
    const [first = '', ...lines] = answers.replace(/\n$/, '').split('\n');
    const [
      name = '',
      zoomed,
      cols,
      rows,
      border = '',
      style = '',
      activeStyle = '',
      position,
      indicators = '',
    ] = first.split('\t');
    const panes = lines.map((line): ScreenPane => {
      const [id = '', index, x, y, cols, rows, active, marked, title = ''] = line.split('\t');
      return {
        pane: id.replace('%', 'p'),
        name: id,
        index: Number(index),
        x: Number(x),
        y: Number(y),
        cols: Number(cols),
        rows: Number(rows),
        active: active === '1',
        title,
        host: '',
        dead: false,
        marked: marked === '1',
        style: 'default',
        inputOff: false,
      };
    });
    return {
      version: 1,
      session: { id: '$0', name: 'likeness' },
      window: {
        id: '@0',
        index: 0,
        name,
        zoomed: zoomed === '1',
        cols: Number(cols),
        rows: Number(rows),
      },
      origin: { x: 0, y: 0 },
      panes,
      border: {
        lines: border,
        style,
        activeStyle,
        status: position as Screen['border']['status'],
        indicators,
      },
      status,
      table: 'root',
      mouse: false,
      title: '',
      escapeTimeMs: 0,
    };
  }

  async dispose(): Promise<void> {
    try {
      this.run('kill-server');
    } catch {
      this.#client.kill();
    }
    await this.#closed;
    this.#terminal.dispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #options(): string[] {
    return ['-u', '-S', join(this.#folder, 'socket'), '-f', '/dev/null'];
  }

  #env(): NodeJS.ProcessEnv & Record<string, string> {
    return {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: this.#folder,
      SHELL: '/bin/sh',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      TERM: 'xterm-256color',
    };
  }
}
