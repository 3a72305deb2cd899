/** Sources remembered; each client that ever attached is one. Far more than can still have something to repeat. */
const REMEMBERED_SOURCES = 10_000;

/** Told when the input has been written (no reason) or never will be. */
export type InputTaken = (why: string | undefined) => void;

/**
 * Which input has been accepted: the last seq of each source, over all panes. Input
 * that is still being written is known apart from it, so that a repeat is
 * acknowledged when the bytes have arrived, not when they were first seen.
 */
export class InputLedger {
  /** In the order of last use. */
  readonly #lastSeq = new Map<string, number>();
  readonly #underWay = new Map<string, InputTaken[]>();

  /**
   * True: new, write it and call `settle`. False: a repeat; `taken` is called at once
   * or when the first one is settled.
   */
  accept(source: string, seq: number, taken: InputTaken): boolean {
    const key = `${seq} ${source}`;
    const waiting = this.#underWay.get(key);
    if (waiting) {
      waiting.push(taken);
      return false;
    }
    const last = this.#lastSeq.get(source);
    if (last !== undefined && seq <= last) {
      taken(undefined);
      return false;
    }
    this.#lastSeq.delete(source);
    this.#lastSeq.set(source, seq);
    this.#forgetOldest();
    this.#underWay.set(key, [taken]);
    return true;
  }

  settle(source: string, seq: number, why: string | undefined): void {
    const key = `${seq} ${source}`;
    const waiting = this.#underWay.get(key) ?? [];
    this.#underWay.delete(key);
    for (const taken of waiting) taken(why);
  }

  /** Last accepted seq by source. */
  sources(): Record<string, number> {
    return Object.fromEntries(this.#lastSeq);
  }

  #forgetOldest(): void {
    if (this.#lastSeq.size <= REMEMBERED_SOURCES) return;
    const [oldest] = this.#lastSeq.keys();
    if (oldest !== undefined) this.#lastSeq.delete(oldest);
  }
}
