import type { Notices } from './notices.ts';
import type { ShownFolder } from './shown-folder.ts';

/** A read-ahead that takes longer is told of, ms. */
const PATIENCE_MS = 1000;
const MIB = 1024 * 1024;

/**
 * Reads the project ahead while the program runs; where that takes long, a line says so.
 * One whole line and not a counter that redraws itself, since the terminal is the program's.
 */
export async function readAhead(project: ShownFolder, notices: Notices): Promise<void> {
  let files = 0;
  let bytes = 0;
  const line = () =>
    `reading ${project.at} ahead: ${files} files, ${(bytes / MIB).toFixed(1)} MiB so far; this goes on in the background`;
  const timer = setTimeout(() => void notices.tellNow(line), PATIENCE_MS);
  await project.readAhead((batch) => {
    for (const { entries } of batch.folders) files += entries.length;
    for (const { data } of batch.files) bytes += data.length;
  });
  clearTimeout(timer);
}
