import type { PipeRequest } from '../commands/context.ts';
import type { HeldPane } from '../holder/wire.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Holders } from './holders.ts';

/** What the holder is told of a pipe's command, so that the next daemon knows it for one. */
const META = 'pipe-of ';

/** Whether a held child is the command of a pipe. */
export function isPipe({ meta }: HeldPane): boolean {
  return meta.startsWith(META);
}

/**
 * pipe-pane: a shell command that gets what a pane prints, and may type into it. The
 * holder has the command and joins the two, so that a restart of the daemon is not
 * noticed by either.
 */
export class PanePipes {
  readonly #holders: Holders;
  readonly #ended: (pane: string) => void;
  /** The command's name in the holder by pane. */
  readonly #commands = new Map<string, string>();
  /** Commands that live, also those whose pipe was closed. */
  readonly #living = new Set<string>();

  /** @param ended told when a command has ended by itself */
  constructor(holders: Holders, ended: (pane: string) => void) {
    this.#holders = holders;
    this.#ended = ended;
    holders.exited.on(({ pane }) => this.#exited(pane));
  }

  /** Takes up the pipes that the holders kept while there was no daemon. @param open panes that have one by the model */
  adopt(held: readonly HeldPane[], open: readonly string[]): void {
    for (const { pane: command, meta, exit } of held) {
      this.#living.add(command);
      this.#commands.set(meta.slice(META.length), command);
      if (exit) this.#exited(command);
    }
    for (const pane of open) if (!this.#commands.has(pane)) this.#ended(pane);
  }

  /** Begins with what the pane prints from now on; ends a pipe that the pane had. */
  async open({ op, pane, command, cwd, env, stdin, stdout }: PipeRequest): Promise<void> {
    this.close(pane);
    const request = {
      ...{ op, pane: op, kind: 'pipe' as const, argv: ['/bin/sh', '-c', command], cwd, env: { ...env } },
      ...{ cols: 80, rows: 24, meta: `${META}${pane}`, noInput: !stdout },
      ...(stdout && { feedFrom: pane }),
      ...(stdin && { typeInto: pane }),
    };
    this.#living.add(op);
    this.#commands.set(pane, op);
    const { linked } = await this.#holders.spawn(request, pane);
    if (linked) return;
    this.#exited(op);
    throw new ZmxError('ENOTSUP', 'the pane is held by an older zmx, which has no pipes: begin a new pane');
  }

  /** The command gets the end of its input, and lives on as long as it likes. */
  close(pane: string): void {
    const command = this.#commands.get(pane);
    this.#commands.delete(pane);
    if (command !== undefined && this.#holders.has(command)) this.#holders.client(command).unlink(command);
  }

  #exited(command: string): void {
    if (!this.#living.delete(command)) return;
    this.#holders.forget(command);
    for (const [pane, of] of this.#commands) {
      if (of !== command) continue;
      this.#commands.delete(pane);
      this.#ended(pane);
    }
  }
}
