/**
 * How many read-only handles programs have of a file. The reader gives them out
 * and takes them back, the main thread gives some out in its name: each counts its own, so that the
 * sum is right whichever message is on its way.
 */
export class ReaderHandles {
  /** By node: given out by the reader itself, less all that were released. */
  readonly #net = new Map<number, number>();
  readonly #granted = new Map<number, number>();

  count(node: number): number {
    return (this.#net.get(node) ?? 0) + (this.#granted.get(node) ?? 0);
  }

  /** What the reader reports. */
  set(node: number, net: number): void {
    this.#net.set(node, net);
  }

  grant(node: number): void {
    this.#granted.set(node, (this.#granted.get(node) ?? 0) + 1);
  }

  forget(node: number): void {
    this.#net.delete(node);
    this.#granted.delete(node);
  }
}
