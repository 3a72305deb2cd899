import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loggedPanes, readMeta, type SegmentFileName, segmentFiles, unfinishedFiles } from './log-folder.ts';

/** What the logs of a daemon may take. */
export interface Retention {
  /** Bytes of one pane's log, and of all together. */
  readonly paneBytes: number;
  readonly totalBytes: number;
  /** ms; 0: no limit. */
  readonly maxAge: number;
}

interface Aged extends SegmentFileName {
  readonly bytes: number;
  /** When it was last written. */
  readonly time: number;
}

/** Segments of a pane that will not grow: all, but for the newest of one that lives. */
export function closedSegments(folder: string, live: boolean): SegmentFileName[] {
  const files = segmentFiles(folder);
  const newest = files.at(-1)?.number;
  return live ? files.filter(({ number, packed }) => packed || number !== newest) : files;
}

/**
 * Removes closed segments that are too old or too many, the oldest first, whichever pane's they
 * are; then the folders of panes that have ended and have nothing left.
 * Nothing may be compressed meanwhile.
 * @param live panes that are still being logged.
 */
export async function enforceRetention(
  root: string,
  live: ReadonlySet<string>,
  retention: Retention,
): Promise<void> {
  const oldest = retention.maxAge > 0 ? Date.now() - retention.maxAge : 0;
  const kept: Aged[] = [];
  for (const pane of loggedPanes(root)) {
    const folder = join(root, pane);
    for (const path of unfinishedFiles(folder)) await rm(path, { force: true });
    let bytes = 0;
    for (const file of (await aged(closedSegments(folder, live.has(pane)))).reverse()) {
      bytes += file.bytes;
      if (bytes > retention.paneBytes || file.time < oldest) await rm(file.path, { force: true });
      else kept.push(file);
    }
  }
  kept.sort((a, b) => b.time - a.time);
  let total = 0;
  for (const file of kept) {
    total += file.bytes;
    if (total > retention.totalBytes) await rm(file.path, { force: true });
  }
  for (const pane of loggedPanes(root)) if (!live.has(pane)) await removeEmpty(join(root, pane));
}

async function aged(files: readonly SegmentFileName[]): Promise<Aged[]> {
  const found: Aged[] = [];
  for (const file of files) {
    const info = await stat(file.path).catch(() => undefined);
    if (info) found.push({ ...file, bytes: info.size, time: info.mtimeMs });
  }
  return found;
}

/** What is in it beside segments only describes them. */
async function removeEmpty(folder: string): Promise<void> {
  if (segmentFiles(folder).length > 0) return;
  if (readMeta(folder))
    for (const name of await readdir(folder)) await rm(join(folder, name), { force: true });
  await rmdir(folder).catch(() => {});
}
