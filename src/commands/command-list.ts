import type { RunData } from '../model/runs.ts';
import { type CommandLine, printCommands } from './language/syntax.ts';
import type { RunContext } from './run-context.ts';

interface Entry {
  readonly command: CommandLine;
  /** Commands of one group were joined by `;`, and an error ends them all. */
  readonly group: string;
}

/** The commands of one run in their order, and how far it has come. */
export class CommandList {
  readonly #context: RunContext;
  #queue: Entry[];
  /** Ids that had been derived when the present command began. */
  #derived: number;
  status: number;

  constructor(context: RunContext, commands: readonly CommandLine[], status = 0) {
    this.#context = context;
    this.#queue = commands.map((command) => ({ command, group: String(command.group) }));
    this.#derived = context.derived;
    this.status = status;
  }

  /** The command whose turn it is; it stays until `done`. */
  get present(): CommandLine | undefined {
    return this.#queue[0]?.command;
  }

  /** The present command has been carried out; `next` follow it, before the others. */
  done(next: readonly CommandLine[] = []): void {
    const entry = this.#queue.shift();
    this.#queue.unshift(
      ...next.map((command) => ({ command, group: `${entry?.group ?? ''} ${command.group}` })),
    );
    this.#derived = this.#context.derived;
  }

  /** The present command has failed: the others of its group are not carried out. */
  failed(): void {
    const group = this.#queue.shift()?.group;
    this.status = 1;
    this.#queue = this.#queue.filter((waiting) => waiting.group !== group);
    this.#derived = this.#context.derived;
  }

  /** What is still to be carried out, the present command included, as text; then nothing is left. */
  takeRest(): string {
    const rest = this.#print();
    this.#queue = [];
    return rest;
  }

  data(): RunData {
    const { op, origin, output, filed, errors, client, current, attach, feed, hook } = this.#context;
    const { interactive, cwd, env, callerPane, mouse, size, input } = this.#context;
    return {
      ...{ op, interactive, cwd, env, callerPane, status: this.status, derived: this.#derived },
      asker: origin.asker ?? 'nobody',
      rest: this.#print(),
      output: [...output],
      errors: [...errors],
      ...(filed > 0 && { filed }),
      ...(current && { current: { session: current.session.id, pane: current.pane.id } }),
      ...(client && { client: client.id }),
      ...(mouse && { mouse }),
      ...(input !== undefined && { input }),
      ...(size && { size: { cols: size.cols, rows: size.rows } }),
      ...(hook && { hook }),
      ...(attach && { attach }),
      ...(feed && { feed }),
    };
  }

  #print(): string {
    const groups = [...new Set(this.#queue.map(({ group }) => group))];
    return printCommands(
      this.#queue.map(({ command, group }) => ({ ...command, group: groups.indexOf(group) })),
    );
  }
}
