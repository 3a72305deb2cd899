import type { Log } from '../../base/log.ts';
import type { Pane } from '../../model/pane.ts';
import type { Offer } from '../../model/restoration.ts';
import type { Holders } from '../holders.ts';
import { typing } from './offered-command.ts';

/**
 * A shell whose line editor has not said by then that it takes a paste (DECSET 2004) has
 * none, like dash: its prompt is taken to be there, ms.
 */
const PLAIN_PROMPT_MS = 4_000;

/**
 * Types offered commands at the prompts of restored shells. That the line editor turns
 * on bracketed paste is how a prompt is known: bash, zsh and fish do so each time that
 * they begin to read a line, and turn it off before they run one.
 */
export class PromptTypist {
  readonly #holders: Holders;
  readonly #typed: (pane: Pane) => void;
  readonly #log: Log;
  readonly #waiting = new Map<Pane, NodeJS.Timeout>();

  /** @param typed called when the line is in the terminal, or never will be: the offer is over. */
  constructor(holders: Holders, typed: (pane: Pane) => void, log: Log) {
    this.#holders = holders;
    this.#typed = typed;
    this.#log = log;
  }

  /** Types the pane's offer as soon as its shell is at its prompt. */
  await(pane: Pane): void {
    if (!pane.restoration?.offer || this.#waiting.has(pane)) return;
    const plain = setTimeout(() => this.#settle(pane, this.#typePlainly(pane)), PLAIN_PROMPT_MS);
    this.#waiting.set(pane, plain.unref());
    this.look(pane);
  }

  /** The pane's modes may be others than before. */
  look(pane: Pane): void {
    const offer = this.#waiting.has(pane) ? pane.restoration?.offer : undefined;
    if (offer && pane.info?.bracketedPaste) this.#settle(pane, this.#type(pane, offer, true));
  }

  /** Leaves the prompt to whoever types there. */
  giveUp(pane: Pane): void {
    if (this.#waiting.has(pane)) this.#settle(pane, Promise.resolve());
  }

  /** Only while the shell itself is in front, and not something that it has started. */
  async #typePlainly(pane: Pane): Promise<void> {
    const offer = pane.restoration?.offer;
    if (!offer || !this.#holders.has(pane.uuid)) return;
    const { pid } = await this.#holders.client(pane.uuid).status(pane.uuid);
    if (pid === pane.pid) await this.#type(pane, offer, false);
  }

  /** Numbered under the shell's own operation: typed once, also by two daemons. */
  async #type(pane: Pane, offer: Offer, bracketed: boolean): Promise<void> {
    const bytes = typing(offer, bracketed);
    if (bytes)
      await this.#holders.client(pane.uuid).input(pane.uuid, `offer-${pane.op}`.slice(0, 64), 1, bytes);
  }

  #settle(pane: Pane, typing: Promise<void>): void {
    clearTimeout(this.#waiting.get(pane));
    this.#waiting.delete(pane);
    typing
      .catch((error: unknown) =>
        this.#log(`${pane.name}: its command could not be offered: ${String(error)}`),
      )
      .finally(() => this.#typed(pane));
  }
}
