export interface Extent {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** A set of byte ranges of a file: sorted, and none touches the next. */
export class Extents {
  #list: Extent[] = [];

  get list(): readonly Extent[] {
    return this.#list;
  }

  /** End of the last one, 0 if there is none. */
  get end(): number {
    return this.#list.at(-1)?.end ?? 0;
  }

  add(start: number, end: number): void {
    if (end <= start) return;
    const last = this.#list.at(-1);
    if (!last || last.end < start) {
      this.#list.push({ start, end });
      return;
    }
    const before = this.#list.filter((one) => one.end < start);
    const after = this.#list.filter((one) => one.start > end);
    const joined = this.#list.slice(before.length, this.#list.length - after.length);
    const from = Math.min(start, joined[0]?.start ?? start);
    const to = Math.max(end, joined.at(-1)?.end ?? end);
    this.#list = [...before, { start: from, end: to }, ...after];
  }

  /** Removes everything from `size` on. */
  cut(size: number): void {
    this.#list = this.#list
      .filter((one) => one.start < size)
      .map((one) => ({ start: one.start, end: Math.min(one.end, size) }));
  }

  /** The parts of [start, end) that are in the set. */
  within(start: number, end: number): Extent[] {
    return this.#list
      .filter((one) => one.start < end && one.end > start)
      .map((one) => ({ start: Math.max(one.start, start), end: Math.min(one.end, end) }));
  }

  /** Whether all of [start, end) is in the set. */
  covers(start: number, end: number): boolean {
    return end <= start || this.#list.some((one) => one.start <= start && one.end >= end);
  }
}
