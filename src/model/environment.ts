/**
 * Environment for new panes, as tmux keeps it: per session over a global one. A
 * variable may be *removed* (null: taken out of what is inherited), which differs
 * from absent; a hidden one serves formats only and is not given to programs.
 */
export interface Variable {
  readonly value: string | null;
  readonly hidden?: boolean;
}
export type EnvironmentData = Record<string, Variable>;

export class Environment {
  readonly #variables = new Map<string, Variable>();

  constructor(data: EnvironmentData = {}) {
    for (const [name, variable] of Object.entries(data)) this.#variables.set(name, variable);
  }

  static of(plain: Readonly<Record<string, string | undefined>>): Environment {
    const environment = new Environment();
    for (const [name, value] of Object.entries(plain)) if (value !== undefined) environment.set(name, value);
    return environment;
  }

  get(name: string): Variable | undefined {
    return this.#variables.get(name);
  }

  set(name: string, value: string, hidden = false): void {
    this.#variables.set(name, hidden ? { value, hidden } : { value });
  }

  /** Marks the variable as taken out of the environment of programs (set-environment -r). */
  remove(name: string): void {
    this.#variables.set(name, { value: null });
  }

  /** Forgets the variable: what is inherited shows again (set-environment -u). */
  unset(name: string): void {
    this.#variables.delete(name);
  }

  /** Takes `names` (update-environment's patterns without wildcards) from a client's environment; absent ones are removed. */
  update(names: readonly string[], from: Readonly<Record<string, string>>): void {
    for (const name of names) {
      const value = from[name];
      if (value === undefined) this.remove(name);
      else this.set(name, value);
    }
  }

  entries(): [string, Variable][] {
    return [...this.#variables].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What a program gets: this environment over `base`. */
  over(base: Readonly<Record<string, string>>): Record<string, string> {
    const result: Record<string, string> = { ...base };
    for (const [name, { value, hidden }] of this.#variables) {
      if (value === null) delete result[name];
      else if (!hidden) result[name] = value;
    }
    return result;
  }

  data(): EnvironmentData {
    return Object.fromEntries(this.#variables);
  }
}
