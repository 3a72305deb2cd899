import type { Effects, Host, ShellRequest, SpawnRequest } from '../../src/commands/context.ts';
import { defaultBindings } from '../../src/commands/keys/default-bindings.ts';
import { type ClientEvent, handleEvent } from '../../src/commands/keys/events.ts';
import { type CommandResult, runText, runWords } from '../../src/commands/run.ts';
import type { MouseState } from '../../src/model/client.ts';
import { AttachedClient } from '../../src/model/client.ts';
import type { CopyState, PaneInfo } from '../../src/model/pane-info.ts';
import { Server } from '../../src/model/server.ts';

/** A model with effects that only write down what was asked of them. */
export class TestHost implements Host {
  readonly server: Server;
  readonly effects: Effects;
  readonly log: string[] = [];
  /** Of every pane's program, as it was started. */
  programEnvironment: Record<string, string> = { HOME: '/home/test', STARTED: 'with' };
  readonly spawned: SpawnRequest[] = [];
  readonly files = new Map<string, string>();
  readonly #typed = new Map<string, string>();
  shell: (request: ShellRequest) => Promise<{ status: number; output: string }> = async () => ({
    status: 0,
    output: '',
  });
  time = Date.UTC(2026, 0, 2, 3, 4, 5);
  screenText = 'captured\n';
  #op = 0;

  constructor() {
    this.server = new Server({
      now: () => this.time,
      env: { PATH: '/bin', HOME: '/home/test' },
      host: 'testhost',
      pid: 4711,
      user: 'test',
      uid: 1000,
      home: '/home/test',
      version: '0.1.0',
      socketPath: '/run/zmxd/default',
      startTime: this.time,
      configFiles: [],
      defaultBindings,
      shell: '/bin/sh',
      compatPath: '/opt/zmx/compat',
      programPath: '/opt/zmx/bin',
      agentFolder: '/run/zmx/agent',
    });
    this.effects = this.#effects();
  }

  /** What was typed into a pane, with the names of keys in angle brackets. */
  typed(pane: string): string {
    const found = [...this.server.panes.values()].find((each) => each.name === pane);
    return this.#typed.get(found?.uuid ?? '') ?? '';
  }

  run(words: readonly string[], callerPane = ''): Promise<CommandResult> {
    return runWords(this, { op: `op${++this.#op}`, cwd: '/home/test', env: {}, callerPane }, words);
  }

  /** Runs command text; returns what it prints, or its errors with a leading '!'. */
  async text(text: string, callerPane = ''): Promise<string> {
    const origin = { op: `op${++this.#op}`, cwd: '/home/test', env: {}, callerPane };
    const { output, errors } = await runText(this, origin, text);
    return errors === '' ? output.trimEnd() : `${output}!${errors.trimEnd()}`;
  }

  attach(session: string, cols = 80, rows = 25, id = 'c1'): AttachedClient {
    const terminal = {
      term: 'xterm',
      features: [],
      tty: `/dev/pts/${id}`,
      pid: 1,
      host: '',
      cwd: '/home/test',
      env: {},
    };
    const client = new AttachedClient(id, this.server.session(session)!, cols, rows, terminal, this.time);
    this.server.clients.set(id, client);
    return client;
  }

  async keys(client: AttachedClient, ...keys: string[]): Promise<void> {
    for (const key of keys) await this.event(client, { kind: 'key', key });
  }

  event(client: AttachedClient, event: ClientEvent, payload = new Uint8Array()): Promise<void> {
    return handleEvent(this, client, event, payload, `ev${++this.#op}`);
  }

  setInfo(pane: string, info: Partial<PaneInfo>): void {
    const found = [...this.server.panes.values()].find((each) => each.name === pane)!;
    found.info = { ...(found.info ?? blankInfo(found.cols, found.rows)), ...info };
  }

  #effects(): Effects {
    const type = (pane: string, text: string) => this.#typed.set(pane, (this.#typed.get(pane) ?? '') + text);
    const say = (...words: string[]) => this.log.push(words.join(' '));
    let copy: CopyState = { active: false, x: 0, y: 0, scroll: 0, selecting: false };
    return {
      spawn: async (request) => {
        this.spawned.push(request);
        return { pid: 1000 + this.spawned.length, tty: `/dev/pts/${this.spawned.length}` };
      },
      kill: async (pane, { keep }) => void say('kill', pane, keep ? 'keep' : ''),
      arrival: () => undefined,
      write: async (pane, bytes) => void type(pane, Buffer.from(bytes).toString()),
      sendKey: async (pane, key) => void type(pane, key.length === 1 ? key : `<${key}>`),
      sendMouse: async (pane, mouse: MouseState) => void type(pane, `<${mouse.key}>`),
      capture: async () => this.screenText,
      captureTo: async () => this.screenText,
      copyMode: async (uuid, command, args) => {
        say('copy', command, ...args);
        copy = { ...copy, active: command !== 'cancel' };
        const pane = this.server.paneByUuid(uuid);
        if (pane) this.setInfo(pane.name, { copy });
        return copy;
      },
      clearHistory: async () => void say('clear-history'),
      setHistoryLimit: (_, lines) => void say('history-limit', String(lines)),
      setTitle: (_, title) => void say('title', title),
      trimBelow: async () => void say('trim-below'),
      reset: async () => void say('reset'),
      openEmpty: async () => void say('open-empty'),
      print: async (_, text) => void say('print', text),
      showEnd: async (_, format) => void say('end-line', format),
      programEnvironment: async () => this.programEnvironment,
      refreshStatus: async () => undefined,
      pipe: async (_, request) => void say('pipe', request?.command ?? 'off'),
      shell: (request) => this.shell(request),
      sleep: async () => undefined,
      readFile: async (path) => {
        const text = this.files.get(path);
        if (text === undefined) throw Object.assign(new Error('missing'), { code: 'ENOENT' });
        return text;
      },
      writeFile: async (path, data, { append }) =>
        void this.files.set(path, append ? (this.files.get(path) ?? '') + data : data),
      glob: async () => [...this.files.keys()].sort(),
      detached: (client, reason, message) => void say('detached', client.id, reason, message),
      suspend: (client) => void say('suspend', client.id),
      lock: (client, command) => void say('lock', client.id, command),
      bell: (client) => void say('bell', client.id),
      setClipboard: (client, text) => void say('clipboard', client.id, text),
      redraw: (client) => void say('redraw', client.id),
      restore: async ({ kind, from }) => [`${kind} ${from}`],
      endServer: () => void say('end'),
    };
  }
}

function blankInfo(cols: number, rows: number): PaneInfo {
  return {
    cols,
    rows,
    title: '',
    historySize: 0,
    cursor: { x: 0, y: 0, visible: true },
    alternate: false,
    applicationCursor: false,
    applicationKeypad: false,
    bracketedPaste: false,
    focusEvents: false,
    mouse: 'none',
    mouseEncoding: 'default',
    modifyOtherKeys: 0,
    kittyKeyboard: 0,
    copy: undefined,
    crashSafe: true,
    logged: true,
  };
}
