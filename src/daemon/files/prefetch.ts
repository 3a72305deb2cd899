import type { BytePath, PrefetchBatch, PrefetchBudget } from '../../protocol/file-types.ts';
import { PIECE_BYTES } from '../../protocol/messages/files.ts';
import { join } from './byte-path.ts';
import type { ChangeFeed } from './change-feed.ts';
import { type FileTree, isFolder, isRegular } from './file-tree.ts';

/** Bytes that an entry of a listing takes beside its name. */
const ENTRY_BYTES = 72;
/** Larger folders are left to those who ask for them: a batch must fit a frame. */
const MAX_FOLDER_ENTRIES = 20_000;
/** Read after everything else: large, and seldom read by a person's tools. */
const LAST = /(^|\/)(node_modules|\.git\/objects)(\/|$)/;

type Batch = Pick<PrefetchBatch, 'clock' | 'folders' | 'files' | 'listed'>;

/**
 * The whole tree in batches of about PIECE_BYTES: all listings first, breadth first,
 * since a tool's first look is at names and attributes; then the content of small files.
 * A generator, so that the caller can do something else after each batch.
 */
export function* prefetch(tree: FileTree, feed: ChangeFeed, budget: PrefetchBudget): Generator<Batch> {
  const files: { path: BytePath; size: number }[] = [];
  let entriesLeft = budget.maxEntries;
  let bytesLeft = budget.maxBytes;

  const queue: BytePath[] = [''];
  let folders: PrefetchBatch['folders'][number][] = [];
  let bytes = 0;
  let clock = feed.clock;
  for (let next = 0; next < queue.length && entriesLeft > 0; next++) {
    const path = queue[next]!;
    if (folders.length === 0) clock = feed.clock;
    feed.cover(path);
    const listing = unlessGone(() => tree.list(path));
    if (!listing || listing.entries.length > Math.min(entriesLeft, MAX_FOLDER_ENTRIES)) continue;
    entriesLeft -= listing.entries.length;
    for (const { name, attributes } of listing.entries) {
      const child = join(path, name);
      feed.served(child, attributes);
      bytes += ENTRY_BYTES + name.length;
      if (isFolder(attributes)) queue.push(child);
      else if (isRegular(attributes) && attributes.size > 0 && attributes.size <= budget.maxFileBytes)
        files.push({ path: child, size: attributes.size });
    }
    folders.push({ path, ...listing });
    if (bytes < PIECE_BYTES) continue;
    yield { clock, folders, files: [] };
    folders = [];
    bytes = 0;
  }
  yield { clock, folders, files: [], listed: true };

  let content: PrefetchBatch['files'][number][] = [];
  bytes = 0;
  for (const { path, size } of [
    ...files.filter(({ path }) => !LAST.test(path)),
    ...files.filter(({ path }) => LAST.test(path)),
  ]) {
    if (size > bytesLeft) continue;
    if (content.length === 0) clock = feed.clock;
    const found = unlessGone(() => tree.read(path, 0, size));
    if (!found || found.data.length !== found.version.size) continue;
    bytesLeft -= size;
    bytes += size;
    content.push({ path, ...found });
    if (bytes < PIECE_BYTES) continue;
    yield { clock, folders: [], files: content };
    content = [];
    bytes = 0;
  }
  if (content.length > 0) yield { clock, folders: [], files: content };
}

/** What cannot be read now is left to the one who asks for it, with its errno. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
