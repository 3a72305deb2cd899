import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { PrefetchBatch } from './remote-files.ts';
import type { ShownFolder } from './shown-folder.ts';

/** A read-ahead that takes longer is told of, ms. */
const PATIENCE_MS = 1000;
const MIB = 1024 * 1024;

/**
 * Reads the project ahead while the program runs; where that takes long, a line says so.
 * One whole line and not a counter that redraws itself, and only while the terminal is in
 * its usual mode: by then it is the program's, which may be drawing a screen on it.
 */
export async function readAhead(project: ShownFolder, notice: (line: string) => void): Promise<void> {
  let files = 0;
  let bytes = 0;
  const timer = setTimeout(async () => {
    if (await terminalIsFree())
      notice(
        `reading ${project.at} ahead: ${files} files, ${(bytes / MIB).toFixed(1)} MiB so far; this goes on in the background`,
      );
  }, PATIENCE_MS);
  await project.readAhead((batch: PrefetchBatch) => {
    for (const { entries } of batch.folders) files += entries.length;
    for (const { data } of batch.files) bytes += data.length;
  });
  clearTimeout(timer);
}

/** Whether standard error is a terminal that takes whole lines: who draws a screen, or edits a line, has changed that. */
async function terminalIsFree(): Promise<boolean> {
  if (!process.stderr.isTTY) return false;
  const stty = spawn('stty', ['-a'], { stdio: [process.stderr.fd, 'pipe', 'ignore'] });
  stty.on('error', () => {}); // no stty: nothing is said
  return stty.stdout !== null && /(^|\s)icanon/.test(await text(stty.stdout));
}
