import { Bg, Extended, type RawCore, type RawInputHandler } from './xterm-internals.ts';

/** tmux and VTE take no URI longer than this either. */
const MAX_URI_LENGTH = 2083;
/** Above this many links, those that no cell refers to any more are looked for. */
const COLLECT_ABOVE = 4096;

/**
 * OSC 8 links: number in a cell → URI. Not the emulator's own service, which puts
 * markers on lines: each costs time at every scroll, and erasing a line makes it
 * forget a link that other cells still have.
 */
export class LinkTable {
  #uris = new Map<number, string>();
  #ids = new Map<string, number>();
  #next = 1;
  #collectAbove = COLLECT_ABOVE;

  uri(id: number): string {
    return this.#uris.get(id) ?? '';
  }

  /** All links, to be saved; `restore` takes them back. */
  entries(): [id: number, uri: string][] {
    return [...this.#uris];
  }

  restore(entries: readonly (readonly [id: number, uri: string])[]): void {
    this.#uris = new Map(entries);
    this.#ids = new Map(entries.map(([id, uri]) => [uri, id]));
    this.#next = entries.reduce((max, [id]) => Math.max(max, id), 0) + 1;
  }

  /** Whether it is time to `keepOnly` what is in use. */
  get crowded(): boolean {
    return this.#uris.size > this.#collectAbove;
  }

  keepOnly(used: ReadonlySet<number>): void {
    this.restore(this.entries().filter(([id]) => used.has(id)));
    this.#collectAbove = Math.max(COLLECT_ABOVE, 2 * this.#uris.size);
  }

  /** The text of OSC 8: `params;URI`; an empty URI ends the link. Sets the attributes of what follows. */
  apply(text: string, handler: RawInputHandler): void {
    const semicolon = text.indexOf(';');
    if (semicolon < 0) return;
    const uri = text.slice(semicolon + 1);
    const attributes = handler._curAttrData;
    const extended = attributes.extended.clone();
    extended.urlId = uri === '' || uri.length > MAX_URI_LENGTH ? 0 : this.#idOf(uri);
    attributes.extended = extended;
    const shaped = ((extended._ext >>> Extended.shapeShift) & Extended.shapeMask) !== 0;
    attributes.bg =
      extended.urlId !== 0 || shaped ? attributes.bg | Bg.extended : attributes.bg & ~Bg.extended;
  }

  #idOf(uri: string): number {
    const known = this.#ids.get(uri);
    if (known !== undefined) return known;
    const id = this.#next++;
    this.#ids.set(uri, id);
    this.#uris.set(id, uri);
    return id;
  }
}

/** Numbers of the links that any cell, or what will be written next, refers to. */
export function usedLinks(core: RawCore): Set<number> {
  const { normal, alt } = core._bufferService.buffers;
  const used = new Set([core._inputHandler._curAttrData.extended._urlId]);
  for (const { lines, savedCurAttrData } of [normal, alt]) {
    used.add(savedCurAttrData.extended._urlId);
    for (let i = 0; i < lines.length; i++) {
      for (const extended of Object.values(lines.get(i)?._extendedAttrs ?? {})) {
        if (extended) used.add(extended._urlId);
      }
    }
  }
  return used;
}
