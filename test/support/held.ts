import { readFileSync } from 'node:fs';
import { kill } from 'node:process';
import type { TestContext } from 'node:test';
import {
  HolderClient,
  type Observation,
  type PaneObserver,
  type SpawnRequest,
} from '../../src/holder/holder-client.ts';
import { startHolder } from '../../src/holder/start-holder.ts';
import type { ExitStatus } from '../../src/holder/wire.ts';
import { within } from './eventually.ts';
import { makeTempHome, type TempHome } from './temp-home.ts';

/** A holder in a temporary home; it and its children end with the test. */
export interface HeldPlace {
  readonly home: TempHome;
  readonly socket: string;
  /** The holder's process. */
  readonly pid: number;
  /** A file's text. */
  read(path: string): string;
  connect(options?: { daemon: boolean }): Promise<HolderClient>;
  /** What is to end before the home goes, since it writes there. */
  atEnd(end: () => Promise<void>): void;
}

export async function startTestHolder(t: TestContext): Promise<HeldPlace> {
  const home = makeTempHome();
  const socket = await startHolder(home.folders);
  const clients: HolderClient[] = [];
  const ends: (() => Promise<void>)[] = [];
  const connect = async (options = { daemon: false }) => {
    const client = await HolderClient.connect(socket, options);
    clients.push(client);
    return client;
  };
  const first = await connect();
  const { pid } = first.welcome;
  t.after(async () => {
    for (const end of ends) await end();
    const panes = await first.list().catch(() => []);
    for (const client of clients) client.dispose();
    tryKill(pid);
    for (const pane of panes) if (!pane.exit) tryKill(-pane.pid);
    home.dispose();
  });
  return {
    home,
    socket,
    pid,
    connect,
    read: (path) => readFileSync(path, 'utf8'),
    atEnd: (end) => ends.push(end),
  };
}

/** A spawn request for `sh -c script`, or for `argv`. */
export function request(
  place: HeldPlace,
  pane: string,
  command: string | string[],
  more: Partial<SpawnRequest> = {},
): SpawnRequest {
  return {
    op: `op-${pane}`,
    pane,
    kind: 'pty',
    argv: typeof command === 'string' ? ['/bin/sh', '-c', command] : command,
    cwd: place.home.home,
    env: place.home.env,
    cols: 80,
    rows: 24,
    meta: '',
    ...more,
  };
}

/** Takes all of a pane's output at once, and checks that its offsets have no gap. */
export class Listener implements PaneObserver {
  readonly pieces: Buffer[] = [];
  readonly errPieces: Buffer[] = [];
  readonly sizes: { cols: number; rows: number; id: number; offset: number }[] = [];
  readonly exit: Promise<ExitStatus>;
  offset: number;
  errOffset = 0;
  readonly #pane: string;
  readonly #observation: Observation;
  #exited!: (exit: ExitStatus) => void;
  #wake: () => void = () => {};

  constructor(client: HolderClient, pane: string, from = 0) {
    this.#pane = pane;
    this.offset = from;
    this.exit = new Promise((resolve) => {
      this.#exited = resolve;
    });
    this.#observation = client.observe(pane, from, this);
  }

  output(bytes: Uint8Array, offset: number, err: boolean): void {
    const expected = err ? this.errOffset : this.offset;
    if (offset !== expected) throw new Error(`output at ${offset} instead of ${expected}`);
    (err ? this.errPieces : this.pieces).push(Buffer.from(bytes));
    if (err) this.errOffset += bytes.length;
    else this.offset += bytes.length;
    this.#observation.took(this.offset, this.errOffset);
    this.#wake();
  }

  resized(size: { cols: number; rows: number; id: number; offset: number }): void {
    this.sizes.push(size);
    this.#wake();
  }

  exited(exit: ExitStatus): void {
    this.#exited(exit);
  }

  text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  errText(): string {
    return Buffer.concat(this.errPieces).toString();
  }

  ended(): Promise<ExitStatus> {
    return within(this.exit, `the exit of pane ${this.#pane}; so far:\n${this.text().slice(-500)}`);
  }

  /** Resolves when the output (or whatever `holds` looks at) is so. */
  async until(wanted: RegExp | ((listener: this) => boolean)): Promise<void> {
    const holds = typeof wanted === 'function' ? wanted : () => wanted.test(this.text());
    const reached = new Promise<void>((resolve) => {
      this.#wake = () => {
        if (holds(this)) resolve();
      };
    });
    this.#wake();
    await within(reached, `${wanted} of pane ${this.#pane}; so far:\n${this.text().slice(-500)}`);
  }
}

/** R, S, T (stopped), Z, … of proc_pid_stat(5); undefined once it has gone. */
export function processState(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.slice(0, 1);
  } catch {
    return undefined;
  }
}

export function tryKill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    kill(pid, signal);
  } catch {
    // has gone already
  }
}
