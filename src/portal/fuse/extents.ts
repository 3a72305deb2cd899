export interface Extent {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * A set of byte ranges of a file: sorted, and none touches the next. Found by bisection, since
 * a database or a mapping written at random leaves tens of thousands of them.
 */
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
    const first = this.#firstEndingFrom(start);
    let behind = first;
    let from = start;
    let to = end;
    for (let one = this.#list[behind]; one && one.start <= end; one = this.#list[++behind]) {
      from = Math.min(from, one.start);
      to = Math.max(to, one.end);
    }
    this.#list.splice(first, behind - first, { start: from, end: to });
  }

  /** Removes everything from `size` on. */
  cut(size: number): void {
    this.#list = this.within(0, size);
  }

  /** The parts of [start, end) that are in the set. */
  within(start: number, end: number): Extent[] {
    const parts: Extent[] = [];
    for (let at = this.#firstEndingFrom(start + 1); at < this.#list.length; at++) {
      const one = this.#list[at]!;
      if (one.start >= end) break;
      parts.push({ start: Math.max(one.start, start), end: Math.min(one.end, end) });
    }
    return parts;
  }

  /** Whether all of [start, end) is in the set. */
  covers(start: number, end: number): boolean {
    if (end <= start) return true;
    const one = this.#list[this.#firstEndingFrom(start + 1)];
    return one !== undefined && one.start <= start && one.end >= end;
  }

  /** Index of the first one that ends at `offset` or behind it. */
  #firstEndingFrom(offset: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#list[middle]!.end >= offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
