import type { Disposable } from './disposable.ts';

/**
 * A typed event of one kind. Not node's EventEmitter: its events are strings
 * without types, and a forgotten 'error' listener ends the process.
 */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Resolves with the next value for which `accept` holds. */
  once(accept: (value: T) => boolean = () => true): Promise<T> {
    return new Promise((resolve) => {
      const listening = this.on((value) => {
        if (!accept(value)) return;
        listening.dispose();
        resolve(value);
      });
    });
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
