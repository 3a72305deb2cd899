export interface PasteBuffer {
  readonly name: string;
  readonly data: string;
  /** Named by the server: counts towards buffer-limit and is what paste-buffer takes. */
  readonly automatic: boolean;
  /** ms since 1970. */
  readonly created: number;
}

/** Paste buffers, newest first. Automatic ones are named buffer0, buffer1, … and the oldest give way to buffer-limit. */
export class PasteBuffers {
  #buffers: PasteBuffer[];
  #next: number;

  constructor(data: PasteBuffersData = { buffers: [], next: 0 }) {
    this.#buffers = [...data.buffers];
    this.#next = data.next;
  }

  all(): readonly PasteBuffer[] {
    return this.#buffers;
  }

  get(name: string): PasteBuffer | undefined {
    return this.#buffers.find((buffer) => buffer.name === name);
  }

  /** The newest automatic buffer. */
  top(): PasteBuffer | undefined {
    return this.#buffers.find((buffer) => buffer.automatic);
  }

  /** Adds text under a name of its own; returns the name. */
  add(data: string, limit: number, now: number): string {
    this.trim(limit - 1);
    let name: string;
    do name = `buffer${this.#next++}`;
    while (this.get(name));
    this.#buffers.unshift({ name, data, automatic: true, created: now });
    return name;
  }

  /** Drops the oldest automatic buffers beyond a number. */
  trim(limit: number): void {
    const automatic = this.#buffers.filter((buffer) => buffer.automatic);
    for (const old of automatic.slice(Math.max(0, limit))) this.delete(old.name);
  }

  /** Sets a named buffer, which then no longer counts as automatic. */
  set(name: string, data: string, now: number): void {
    this.delete(name);
    this.#buffers.unshift({ name, data, automatic: false, created: now });
  }

  rename(from: string, to: string): void {
    const buffer = this.get(from);
    if (!buffer || from === to) return;
    this.delete(to);
    this.#buffers = this.#buffers.map((other) =>
      other === buffer ? { ...other, name: to, automatic: false } : other,
    );
  }

  delete(name: string): boolean {
    const before = this.#buffers.length;
    this.#buffers = this.#buffers.filter((buffer) => buffer.name !== name);
    return this.#buffers.length < before;
  }

  data(): PasteBuffersData {
    return { buffers: this.#buffers, next: this.#next };
  }
}

export interface PasteBuffersData {
  readonly buffers: readonly PasteBuffer[];
  readonly next: number;
}
