import type { AttachedClient } from './client.ts';

/** The table of a client's next key: prefix or a switched one, else that of the active pane's mode, else key-table's. */
export function currentTable(client: AttachedClient): string {
  if (client.keyTable !== '') return client.keyTable;
  const { window } = client.session.current;
  if (window.active.inCopyMode)
    return window.options.text('mode-keys') === 'vi' ? 'copy-mode-vi' : 'copy-mode';
  return client.session.options.text('key-table');
}

/** What a key does. The commands are kept as canonical text, so that a table is plain data and list-keys prints it. */
export interface Binding {
  readonly key: string;
  readonly commands: string;
  /** -r: may be typed again without the prefix. */
  readonly repeat: boolean;
  readonly note: string;
}

/** Key tables by name: 'root', 'prefix', 'copy-mode', 'copy-mode-vi' and the user's. */
export class KeyTables {
  readonly #tables = new Map<string, Map<string, Binding>>();
  readonly #defaults: readonly TableBinding[];
  /** False while all tables are the default ones, which a snapshot then need not hold. */
  #changed = false;

  constructor(defaults: readonly TableBinding[], data?: KeyTablesData) {
    this.#defaults = defaults;
    if (data) this.#changed = true;
    for (const { table, ...binding } of data ?? defaults) this.#table(table).set(binding.key, binding);
  }

  has(table: string): boolean {
    return this.#tables.has(table);
  }

  names(): string[] {
    return [...this.#tables.keys()].sort();
  }

  get(table: string, key: string): Binding | undefined {
    return this.#tables.get(table)?.get(key);
  }

  bindings(table: string): Binding[] {
    return [...(this.#tables.get(table)?.values() ?? [])];
  }

  bind(table: string, binding: Binding): void {
    this.#changed = true;
    this.#table(table).set(binding.key, binding);
  }

  /** The table goes with its last binding, except the default ones. */
  unbind(table: string, key: string): void {
    this.#changed = true;
    const bindings = this.#tables.get(table);
    bindings?.delete(key);
    if (bindings?.size === 0 && !this.#isDefault(table)) this.#tables.delete(table);
  }

  unbindAll(table: string): void {
    this.#changed = true;
    if (this.#isDefault(table)) this.#tables.get(table)?.clear();
    else this.#tables.delete(table);
  }

  data(): KeyTablesData | undefined {
    if (!this.#changed) return undefined;
    return this.names().flatMap((table) => this.bindings(table).map((binding) => ({ table, ...binding })));
  }

  #table(name: string): Map<string, Binding> {
    let table = this.#tables.get(name);
    if (!table) {
      table = new Map();
      this.#tables.set(name, table);
    }
    return table;
  }

  #isDefault(table: string): boolean {
    return this.#defaults.some((binding) => binding.table === table);
  }
}

export interface TableBinding extends Binding {
  readonly table: string;
}
export type KeyTablesData = readonly TableBinding[];
