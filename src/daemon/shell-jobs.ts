import { execFile } from 'node:child_process';
import type { ShellRequest, ShellResult } from '../commands/context.ts';
import { HolderClient } from '../holder/holder-client.ts';
import type { Holders } from './holders.ts';

/** Output of run-shell and #() beyond this is dropped: it is shown on a screen, not stored. Bytes. */
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Runs a shell command as a child of the holder: once per operation id, also when the
 * daemon dies meanwhile and the command that asked is repeated by the next one.
 */
export async function runShell(holders: Holders, request: ShellRequest, shell: string): Promise<ShellResult> {
  if (request.op === '') return runHere(request, shell);
  const pane = request.op;
  await holders.spawn({
    op: request.op,
    pane,
    kind: 'pipe',
    argv: [shell, '-c', request.command],
    cwd: request.cwd,
    env: { ...request.env },
    cols: 80,
    rows: 24,
    meta: '',
  });
  const input = Buffer.from(request.input ?? '');
  holders
    .client(pane)
    .input(pane, pane, 1, input, true)
    .catch(() => {
      // it ended before it could read; its exit tells
    });
  // A connection of its own: the holder's credit is per connection, and the life line must not wait for a job's output.
  const client = await HolderClient.connect(holders.socket(pane), { daemon: false });
  try {
    return await collect(client, pane);
  } finally {
    client.dispose();
    holders.forget(pane);
  }
}

/** Without an operation id it is a status line's #(), which nobody repeats and nobody misses: a plain child. */
function runHere({ command, cwd, env }: ShellRequest, shell: string): Promise<ShellResult> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...env }, maxBuffer: OUTPUT_LIMIT_BYTES };
    execFile(shell, ['-c', command], options, (error, stdout) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout }),
    ).stdin?.end();
  });
}

function collect(client: HolderClient, pane: string): Promise<ShellResult> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let kept = 0;
    const ends = { out: 0, err: 0 };
    client.closed.on((error) => reject(error ?? new Error('the holder closed the connection')));
    const observation = client.observe(
      pane,
      0,
      {
        output: (bytes, offset, err) => {
          ends[err ? 'err' : 'out'] = offset + bytes.length;
          if (kept < OUTPUT_LIMIT_BYTES) pieces.push(bytes);
          kept += bytes.length;
          observation.took(ends.out, ends.err);
          client.free(pane, ends.out, ends.err);
        },
        exited: (exit) => resolve({ status: exit.code, output: Buffer.concat(pieces).toString('utf8') }),
      },
      0,
    );
  });
}
