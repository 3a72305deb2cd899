/**
 * One table of options of one scope; what it lacks is looked up in its parent.
 * Values are kept in the canonical text that show-options prints ("on", "50",
 * "bg=green"), so that a snapshot is plain and setting a value is its only check.
 */
export type OptionValue = string | OptionArray;
/** Array options (update-environment, command-alias, …) and hooks: text by index, which may have gaps. */
export type OptionArray = { readonly [index: number]: string };
export type OptionsData = Record<string, OptionValue>;

export class Options {
  /** Changes only for a pane that moves to another window. */
  parent: Options | undefined;
  readonly #values = new Map<string, OptionValue>();

  constructor(parent?: Options, data: OptionsData = {}) {
    this.parent = parent;
    for (const [name, value] of Object.entries(data)) this.#values.set(name, value);
  }

  /** The value here or in the nearest parent that has it. */
  get(name: string): OptionValue | undefined {
    return this.#values.get(name) ?? this.parent?.get(name);
  }

  own(name: string): OptionValue | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: OptionValue): void {
    this.#values.set(name, value);
  }

  unset(name: string): void {
    this.#values.delete(name);
  }

  /** Names that this table itself has, sorted. */
  names(): string[] {
    return [...this.#values.keys()].sort();
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : this.list(name).join(' ');
  }

  number(name: string): number {
    return Number.parseInt(this.text(name), 10) || 0;
  }

  /** Bytes of a size such as 64M, in powers of 1024. */
  size(name: string): number {
    const [, digits, unit] = /^(\d+)([KMGT]?)$/.exec(this.text(name)) ?? [];
    return Number(digits ?? 0) * 1024 ** ' KMGT'.indexOf(unit || ' ');
  }

  flag(name: string): boolean {
    return this.text(name) === 'on';
  }

  /** An array option's values in the order of their indices. */
  list(name: string): string[] {
    const value = this.get(name);
    if (value === undefined) return [];
    return typeof value === 'string' ? [value] : Object.values(value);
  }

  data(): OptionsData {
    return Object.fromEntries(this.#values);
  }
}
