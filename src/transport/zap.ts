import { type Context, Reply } from 'zeromq';
import { encodeZ85 } from '../auth/z85.ts';
import type { Disposable } from '../base/disposable.ts';

export const ZAP_DOMAIN = 'zmx';
const CURVE_KEY_BYTES = 32;

/** `undefined` lets the client in; otherwise why not. `key` is Z85. */
export type Verdict = (key: string, address: string) => string | undefined;

/**
 * Answers ZeroMQ's question "may this key connect?" (ZAP, RFC 27 of ZeroMQ).
 * CURVE by itself lets in every key; and a domain without handler lets in all,
 * so this is bound before the first socket that needs it. ZAP's address is one
 * per ZeroMQ context: each server therefore has a context of its own.
 */
export class ZapHandler implements Disposable {
  readonly #socket: Reply;
  readonly #verdict: Verdict;

  private constructor(socket: Reply, verdict: Verdict) {
    this.#socket = socket;
    this.#verdict = verdict;
    void this.#serve();
  }

  static async bind(context: Context, verdict: Verdict): Promise<ZapHandler> {
    const socket = new Reply({ context, linger: 0 });
    await socket.bind('inproc://zeromq.zap.01');
    return new ZapHandler(socket, verdict);
  }

  dispose(): void {
    this.#socket.close();
  }

  async #serve(): Promise<void> {
    for await (const request of this.#socket) {
      if (this.#socket.closed) return;
      await this.#socket.send(this.#answer(request));
    }
  }

  /** Request: version, id, domain, address, identity, mechanism, credentials. */
  #answer([version, id, domain, address, , mechanism, key]: Buffer[]): (string | Buffer)[] {
    let refusal: string | undefined = 'only CURVE is spoken here';
    if (String(domain) === ZAP_DOMAIN && String(mechanism) === 'CURVE' && key?.length === CURVE_KEY_BYTES)
      refusal = this.#verdict(encodeZ85(key), String(address));
    return [version ?? '1.0', id ?? '', refusal ? '400' : '200', refusal ?? '', '', ''];
  }
}
