import { HolderClient, type Observation } from '../../holder/holder-client.ts';
import type { ExitStatus, HeldPane } from '../../holder/wire.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { OutputPosition } from './output-position.ts';

/** Credit is given back in pieces of this size, a quarter of what the holder sends ahead. */
const TOOK_BYTES = 16 * 1024;

/** Whoever takes what the holder tells of one pane. */
export interface FedPane {
  /** Output that goes on at the position. */
  output(fresh: Uint8Array): void;
  resized(size: { cols: number; rows: number; offset: number }): void;
  /** After the last byte. */
  exited(exit: ExitStatus): void;
}

/**
 * One pane's connection to the holder: its output in, credit and answers out. A connection
 * for each pane, so that the event loop serves a quiet pane between two pieces of one that
 * floods.
 */
export class HolderFeed {
  readonly held: HeldPane;
  readonly #holder: HolderClient;
  readonly #position: OutputPosition;
  #observation: Observation | undefined;
  /** What the holder has been told of the position. */
  #taken = 0;

  private constructor(holder: HolderClient, held: HeldPane, position: OutputPosition) {
    this.#holder = holder;
    this.held = held;
    this.#position = position;
  }

  /** @throws ZmxError ENOENT where the holder has no such pane; what `HolderClient.connect` throws. */
  static async connect(socket: string, pane: string, position: OutputPosition): Promise<HolderFeed> {
    const holder = await HolderClient.connect(socket, { daemon: false });
    const held = holder.welcome.panes.find((one) => one.pane === pane);
    if (held) return new HolderFeed(holder, held, position);
    holder.dispose();
    throw new ZmxError('ENOENT', `the holder has no pane ${pane}`);
  }

  /** Output from the position on. Resolves when it has caught up with what the holder had at the connection. */
  async observe(fed: FedPane): Promise<void> {
    const position = this.#position;
    this.#taken = position.offset;
    await new Promise<void>((resolve, reject) => {
      const gone = this.#holder.closed.on((error) =>
        reject(error ?? new ZmxError('EPIPE', 'the pane was closed')),
      );
      const caughtUp = (): void => {
        if (position.offset < this.held.end) return;
        gone.dispose();
        resolve();
      };
      this.#observation = this.#holder.observe(this.held.pane, position.offset, {
        output: (bytes, offset) => {
          const fresh = position.fresh(bytes, offset);
          if (fresh.length > 0) fed.output(fresh);
          caughtUp();
        },
        resized: (size) => fed.resized(size),
        exited: (exit) => fed.exited(exit),
      });
      caughtUp();
    });
  }

  /** What is before the position has been digested: the holder may send more. */
  took(): void {
    const { offset } = this.#position;
    if (offset - this.#taken < TOOK_BYTES) return;
    this.#taken = offset;
    this.#observation?.took(offset);
  }

  /** The terminal's answer to a query, taken once however often the output is emulated. */
  answer(ordinal: number, bytes: Uint8Array): void {
    this.#holder.answer(this.held.pane, this.#position.origin, ordinal, bytes);
  }

  /** The holder may drop output up to here. */
  free(offset: number): void {
    this.#holder.free(this.held.pane, offset);
  }

  dispose(): void {
    this.#observation?.dispose();
    this.#holder.dispose();
  }
}
