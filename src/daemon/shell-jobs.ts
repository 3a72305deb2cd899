import { execFile } from 'node:child_process';
import type { ShellRequest, ShellResult } from '../commands/context.ts';
import { HolderClient } from '../holder/holder-client.ts';
import type { HeldPane } from '../holder/wire.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Holders } from './holders.ts';

/** Output of run-shell and #() beyond this is dropped: it is shown on a screen, not stored. Bytes. */
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;
const SHELL = '/bin/sh';

/**
 * Shell commands as children of the holder: each once per operation id, also when the
 * daemon dies meanwhile and the command that asked is taken up by the next one.
 */
export class ShellJobs {
  readonly #holders: Holders;
  readonly #saved: () => Promise<void>;
  readonly #running = new Set<string>();
  /** Jobs of before, which the list that began them may still ask for, and whether they have ended. */
  readonly #left = new Map<string, boolean>();
  #askedFor = true;
  /** The server ends: nothing begins any more. */
  #closed = false;

  /** @param saved resolves when what has been done so far is written down */
  constructor(holders: Holders, saved: () => Promise<void>) {
    this.#holders = holders;
    this.#saved = saved;
    holders.exited.on(({ pane }) => {
      if (!this.#left.has(pane)) return;
      this.#left.set(pane, true);
      if (!this.#askedFor) this.#clear();
    });
  }

  /** Takes note of jobs that the holders kept while there was no daemon: they live on until they end. */
  adopt(jobs: readonly HeldPane[]): void {
    for (const { pane, exit } of jobs) this.#left.set(pane, exit !== undefined);
  }

  /** Whoever wants the result of a job of before has asked for it by now. */
  settle(): void {
    this.#askedFor = false;
    this.#clear();
  }

  async run(request: ShellRequest): Promise<ShellResult> {
    if (request.op === '') return runHere(request);
    const job = request.op;
    if (this.#closed) throw endsNow();
    this.#running.add(job);
    this.#left.delete(job);
    try {
      await this.#holders.spawn({
        op: job,
        pane: job,
        kind: 'pipe',
        argv: [SHELL, '-c', request.command],
        cwd: request.cwd,
        env: { ...request.env },
        cols: 80,
        rows: 24,
        meta: '',
      });
      // The end of the server came before the word that it has started.
      if (this.#closed) {
        this.#forget(job);
        throw endsNow();
      }
      const input = Buffer.from(request.input ?? '');
      this.#holders
        .client(job)
        .input(job, job, 1, input, true)
        .catch(() => {
          // it ended before it could read; its exit tells
        });
      return await this.#result(job);
    } finally {
      // After whoever asked has gone on and that is written down: until then a repetition finds the result in the holder.
      setImmediate(() => void this.#saved().then(() => this.#forget(job)));
    }
  }

  /** Hangs up on all of them: the server ends. */
  endAll(): void {
    this.#closed = true;
    for (const job of [...this.#running, ...this.#left.keys()]) this.#forget(job);
  }

  #clear(): void {
    for (const [job, ended] of this.#left) if (ended) this.#forget(job);
  }

  #forget(job: string): void {
    this.#running.delete(job);
    this.#left.delete(job);
    if (this.#holders.has(job)) this.#holders.forget(job);
  }

  /** By a connection of its own: the holder's credit is per connection, and the life line must not wait for a job's output. */
  async #result(job: string): Promise<ShellResult> {
    const client = await HolderClient.connect(this.#holders.socket(job), { daemon: false });
    try {
      return await collect(client, job);
    } finally {
      client.dispose();
    }
  }
}

function endsNow(): ZmxError {
  return new ZmxError('closed', 'the server has ended');
}

/** Without an operation id it is a status line's #(), which nobody repeats and nobody misses: a plain child. */
function runHere({ command, cwd, env }: ShellRequest): Promise<ShellResult> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env }, maxBuffer: OUTPUT_LIMIT_BYTES };
    execFile(SHELL, ['-c', command], options, (error, stdout) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout }),
    ).stdin?.end();
  });
}

/** All of a job's output from its beginning: what counts stays in the holder until the job is forgotten. */
function collect(client: HolderClient, job: string): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let kept = 0;
    const ends = { out: 0, err: 0 };
    client.closed.on((error) => reject(error ?? new Error('the holder closed the connection')));
    client.failed.on(({ code, message }) => reject(new ZmxError(code, message)));
    const observation = client.observe(
      job,
      0,
      {
        output: (bytes, offset, err) => {
          ends[err ? 'err' : 'out'] = offset + bytes.length;
          if (kept < OUTPUT_LIMIT_BYTES) pieces.push(bytes);
          else client.free(job, ends.out, ends.err);
          kept += bytes.length;
          observation.took(ends.out, ends.err);
        },
        exited: (exit) => resolve({ status: exit.code, output: Buffer.concat(pieces).toString('utf8') }),
      },
      0,
    );
  });
}
