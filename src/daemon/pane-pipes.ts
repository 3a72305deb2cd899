import { type ChildProcess, spawn } from 'node:child_process';
import { nanoid } from 'nanoid';
import { ReportStripper } from '../archive/report-stripper.ts';
import type { PipeRequest } from '../commands/context.ts';
import { HolderClient } from '../holder/holder-client.ts';
import type { Holders } from './holders.ts';

interface Pipe {
  readonly child: ChildProcess;
  readonly client: HolderClient | undefined;
}

/**
 * pipe-pane: a shell command that gets what a pane prints, and may type into it. It is
 * one more observer of the pane, with a connection of its own, so that a command that
 * does not read holds up neither the pane's emulation nor its program.
 */
export class PanePipes {
  readonly #holders: Holders;
  readonly #ended: (pane: string) => void;
  readonly #pipes = new Map<string, Pipe>();

  /** @param ended told when a command has ended by itself */
  constructor(holders: Holders, ended: (pane: string) => void) {
    this.#holders = holders;
    this.#ended = ended;
  }

  /** Begins with what the pane prints from now on; ends a pipe that the pane had. */
  async open({ pane, command, cwd, env, stdin, stdout }: PipeRequest): Promise<void> {
    this.close(pane);
    const child = spawn('/bin/sh', ['-c', command], {
      cwd,
      env: { ...env },
      stdio: [stdout ? 'pipe' : 'ignore', stdin ? 'pipe' : 'ignore', 'ignore'],
    });
    child.on('error', () => this.#drop(pane, child));
    child.on('exit', () => {
      this.#drop(pane, child);
      if (!this.#pipes.has(pane)) this.#ended(pane);
    });
    if (stdin) this.#type(pane, child);
    const client = stdout ? await this.#feed(pane, child) : undefined;
    if (child.exitCode !== null || child.signalCode !== null) client?.dispose();
    else this.#pipes.set(pane, { child, client });
  }

  /** The command gets the end of its input, and lives on as long as it likes. */
  close(pane: string): void {
    const pipe = this.#pipes.get(pane);
    if (pipe) this.#drop(pane, pipe.child);
  }

  dispose(): void {
    for (const pane of [...this.#pipes.keys()]) this.close(pane);
  }

  #drop(pane: string, child: ChildProcess): void {
    const pipe = this.#pipes.get(pane);
    child.stdin?.end();
    if (pipe?.child !== child) return;
    this.#pipes.delete(pane);
    pipe.client?.dispose();
  }

  /** The pane's output to the command's standard input. */
  async #feed(pane: string, child: ChildProcess): Promise<HolderClient> {
    const client = await HolderClient.connect(this.#holders.socket(pane), { daemon: false });
    const input = child.stdin!;
    // The command may end without reading; what it did not want is dropped.
    input.on('error', () => this.#drop(pane, child));
    const from = client.welcome.panes.find((held) => held.pane === pane)?.end ?? 0;
    // A shell's reports are for us alone: with the secret in them a file of this output could speak for it.
    let pieces: Uint8Array[] = [];
    const stripper = new ReportStripper({ output: (bytes) => pieces.push(bytes), mark: () => {} }, '');
    const observation = client.observe(pane, from, {
      output: (bytes, offset) => {
        stripper.feed(bytes);
        const rest = Buffer.concat(pieces);
        pieces = [];
        input.write(rest, () => observation.took(offset + bytes.length));
      },
      exited: () => this.#drop(pane, child),
    });
    return client;
  }

  /** What the command prints is typed into the pane. */
  #type(pane: string, child: ChildProcess): void {
    const source = `pipe-${nanoid()}`;
    let seq = 0;
    child.stdout!.on('data', (bytes: Buffer) => {
      if (!this.#holders.has(pane)) return;
      this.#holders
        .client(pane)
        .input(pane, source, ++seq, bytes)
        .catch(() => this.#drop(pane, child)); // the pane's program has ended
    });
  }
}
