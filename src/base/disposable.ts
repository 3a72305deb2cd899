/**
 * Whatever opens something also closes it: a small stack of clean-ups, run in
 * reverse order, each once. Not `using` of TC39, since Node 20 lacks the symbols.
 */
export interface Disposable {
  dispose(): void;
}

export class DisposableStack implements Disposable {
  readonly #stack: (() => void)[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Registers a clean-up; runs it at once when the stack is already disposed. */
  defer(cleanUp: () => void): void {
    if (this.#disposed) cleanUp();
    else this.#stack.push(cleanUp);
  }

  use<T extends Disposable>(resource: T): T {
    this.defer(() => resource.dispose());
    return resource;
  }

  /** Runs every clean-up, also when one throws; the first error is thrown at the end. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    let failure: unknown;
    for (let cleanUp = this.#stack.pop(); cleanUp; cleanUp = this.#stack.pop()) {
      try {
        cleanUp();
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }
}
