import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection } from '../transport/types.ts';
import { attachClient } from '../tui/attached-client.ts';

export interface AttachTarget {
  readonly target: string;
  readonly readOnly?: boolean | undefined;
  readonly detachOthers?: boolean | undefined;
}

/** Shows a session on this terminal until it is detached or ends; returns the exit status. */
export async function attach(
  connection: Connection,
  wish: AttachTarget,
  host: string | undefined,
): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new ZmxError('usage', 'open terminal failed: not a terminal');
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  const end = await attachClient(connection, {
    ...wish,
    cwd: process.cwd(),
    env,
    tty: terminalName(),
    host: hostname(),
    remoteHost: host ?? '',
  });
  if (end.message) process.stdout.write(`${end.message}\n`);
  return end.status;
}

function terminalName(): string {
  try {
    return readlinkSync('/proc/self/fd/0');
  } catch {
    return '';
  }
}
