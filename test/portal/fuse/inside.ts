import * as childProcess from 'node:child_process';
import * as fs from 'node:fs';
import { createInterface } from 'node:readline';

process.stdout.on('error', () => process.exit());

/**
 * Runs in the mount's namespace and carries out what harness.ts sends: functions as text,
 * synchronous, since a test of a file system calls it as programs do.
 */
createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, source, argument } = JSON.parse(line) as { id: number; source: string; argument: unknown };
  let answer: object;
  try {
    const run = new Function(`return (${source})`)() as (inside: object, argument: unknown) => unknown;
    answer = { id, value: await run({ fs, childProcess }, argument) };
  } catch (error) {
    answer = { id, error: String((error as NodeJS.ErrnoException).code ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
