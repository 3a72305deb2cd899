import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Mutation } from '../../src/protocol/file-types.ts';

const bytes = (text: string) => Buffer.from(text);
const large = Buffer.alloc(1_500_000, 'large content ');

/** One mutation of each kind, and some whose death in the middle is of interest; for a root of `makeCourse`. */
export const course: readonly Mutation[] = [
  { kind: 'create', path: 'lock', mode: 0o444, exclusive: true },
  {
    kind: 'write',
    path: 'new',
    ranges: [{ offset: 0, data: large }],
    create: { mode: 0o640, exclusive: false },
  },
  { kind: 'write', path: 'file', truncate: 4, ranges: [{ offset: 4, data: bytes('new') }] },
  { kind: 'append', path: 'log', data: large },
  { kind: 'mkdir', path: 'made', mode: 0o751 },
  { kind: 'mknod', path: 'fifo', mode: fs.constants.S_IFIFO | 0o666, rdev: 0 },
  { kind: 'symlink', path: 'link', target: 'file' },
  { kind: 'link', path: 'file', to: 'hard' },
  { kind: 'rename', path: 'old', to: 'folder/young', flags: 0 },
  { kind: 'unlink', path: 'gone' },
  { kind: 'rmdir', path: 'empty' },
  { kind: 'chmod', path: 'file', mode: 0o600 },
  { kind: 'utimens', path: 'file', mtime: 1_000_000_000_000_000_001n },
  { kind: 'fsync', path: 'file' },
  // fails once, and the same way when it is sent again
  { kind: 'rmdir', path: 'folder' },
];

export function makeCourse(root: string): void {
  fs.mkdirSync(join(root, 'folder'), { recursive: true });
  fs.mkdirSync(join(root, 'empty'));
  for (const name of ['file', 'log', 'gone', 'old']) fs.writeFileSync(join(root, name), `${name} as it was`);
}

/** Everything that can be seen of a tree, save inode numbers and the times that the kernel sets. */
export function picture(root: string): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  const walk = (path: string): void => {
    const at = Buffer.from(`${root}/${path}`, 'latin1');
    const info = fs.lstatSync(at);
    if (info.isFile()) seen[path] = [info.mode, info.nlink, info.size, digest(fs.readFileSync(at))];
    else if (info.isSymbolicLink()) seen[path] = fs.readlinkSync(at);
    else if (path !== '') seen[path] = info.mode;
    if (!info.isDirectory()) return;
    for (const name of fs.readdirSync(at, { encoding: 'buffer' }))
      walk(path === '' ? name.toString('latin1') : `${path}/${name.toString('latin1')}`);
  };
  walk('');
  return seen;
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
