import { Signal } from '../../../src/base/signal.ts';
import type { ZmxError } from '../../../src/protocol/errors.ts';
import type { Body, Message, MessageDefinition } from '../../../src/protocol/message.ts';
import { FRAME } from '../../../src/protocol/messages/frames.ts';
import { ATTACHED, EVENT, SCREEN } from '../../../src/protocol/messages/sessions.ts';
import type { Row } from '../../../src/term/row.ts';
import { encodeRow } from '../../../src/term/row-codec.ts';
import { plainStyle, type Style } from '../../../src/term/style.ts';
import type { Connection, LinkState } from '../../../src/transport/types.ts';

/** A connection whose other end is the test. */
export class FakeDaemon implements Connection {
  readonly stateChanged = new Signal<LinkState>();
  readonly received = new Signal<Message>();
  readonly epochChanged = new Signal<{ readonly epoch: string; readonly first: boolean }>();
  readonly queuedBytes = 0;
  /** Each message that the client sent, in order. */
  readonly sent: Message[] = [];
  readonly arrived = new Signal<Message>();
  readonly #waiting: { resolve(answer: Message): void; reject(error: ZmxError): void }[] = [];
  #state: LinkState = { kind: 'live', epoch: 'e1', roundTripMs: 0 };

  get state(): LinkState {
    return this.#state;
  }

  setState(state: LinkState): void {
    this.#state = state;
    this.stateChanged.emit(state);
  }

  send<D extends MessageDefinition>(definition: D, body: Body<D>, payload: readonly Uint8Array[] = []): void {
    const message: Message = { definition, body: body as Body<MessageDefinition>, payload };
    this.sent.push(message);
    this.arrived.emit(message);
  }

  request<D extends MessageDefinition>(definition: D, body: Omit<Body<D>, 'id'>): Promise<Message> {
    this.send<MessageDefinition>(definition, body);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  redial(): void {}

  dispose(): void {}

  /** A message to the client. */
  deliver<D extends MessageDefinition>(
    definition: D,
    body: Body<D>,
    payload: readonly Uint8Array[] = [],
  ): void {
    this.received.emit({ definition, body: body as Body<MessageDefinition>, payload });
  }

  /** Answers the oldest ATTACH. */
  acceptAttach(done = 0): void {
    const body: Body<typeof ATTACHED> = { re: 1, client: 'client-1', done };
    this.#waiting.shift()?.resolve({ definition: ATTACHED, body, payload: [] });
  }

  refuseAttach(error: ZmxError): void {
    this.#waiting.shift()?.reject(error);
  }

  /** The client's messages of one kind. */
  all<D extends MessageDefinition>(definition: D): Body<D>[] {
    return this.sent
      .filter((message) => message.definition === definition)
      .map((message) => message.body as Body<D>);
  }

  /** The client's events as short words: keys by name, others by kind. */
  events(): string[] {
    return this.all(EVENT).map(({ seq, event }) => {
      const detail = 'key' in event ? event.key : event.kind === 'paste' ? event.part : '';
      return `${seq} ${event.kind} ${detail}`.trim();
    });
  }

  frame(pane: string, lines: readonly (string | Row)[], change: Partial<Body<typeof FRAME>> = {}): void {
    const cols = change.cols ?? 20;
    const rows = lines.map((line) => encodeRow(typeof line === 'string' ? row(line, cols) : line));
    const body: Body<typeof FRAME> = {
      pane,
      seq: 1,
      base: 0,
      cols,
      rows: lines.length,
      changed: lines.map((_, index) => index),
      lengths: rows.map(({ length }) => length),
      scroll: 0,
      cursor: { x: 0, y: 0, visible: true, shape: 0, colour: '' },
      ...change,
    };
    this.deliver(FRAME, body, [Buffer.concat(rows)]);
  }

  screen(change: Partial<Body<typeof SCREEN>> = {}): void {
    this.deliver(SCREEN, { ...plainScreen, ...change });
  }
}

export function row(text: string, cols: number, style: Style = plainStyle): Row {
  const cells = [...text.padEnd(cols)].map((character) => ({ text: character, width: 1, style }) as const);
  return { cells, wrapped: false };
}

export function pane(
  name: string,
  x: number,
  cols: number,
  active: boolean,
): Body<typeof SCREEN>['panes'][number] {
  return {
    pane: name,
    name: `%${name}`,
    index: 0,
    x,
    y: 0,
    cols,
    rows: 7,
    active,
    title: '',
    host: '',
    dead: false,
    marked: false,
    style: '',
    inputOff: false,
  };
}

/** Two panes of 20 and 19 columns side by side on a terminal of 40x8, and a status line. */
export const plainScreen: Body<typeof SCREEN> = {
  version: 1,
  session: { id: '$1', name: 'work' },
  window: { id: '@1', index: 1, name: 'bash', zoomed: false, cols: 40, rows: 7 },
  origin: { x: 0, y: 0 },
  panes: [pane('a', 0, 20, true), pane('b', 21, 19, false)],
  border: { lines: 'single', style: '', activeStyle: 'fg=green', status: 'off', indicators: 'colour' },
  status: {
    position: 'bottom',
    lines: ['[work] #[range=window|1]1:bash*#[norange]'],
    style: 'bg=green,fg=black',
  },
  table: 'root',
  mouse: true,
  title: '',
  escapeTimeMs: 10,
};
