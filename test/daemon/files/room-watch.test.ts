import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileSystems } from '../../../src/daemon/files/file-systems.ts';
import { RoomWatch } from '../../../src/daemon/files/room-watch.ts';
import { ZmxError } from '../../../src/protocol/errors.ts';
import { PLENTY } from '../../../src/protocol/file-room.ts';

const MIB = 1024 * 1024;
/** Numbers of devices, in the order in which they are met. */
const [ROOT, DISK, NFS] = [10n, 20n, 30n];

/** A tree with the bytes left at each path; what is at none of them is gone. */
function watched(bytes: Record<string, number>) {
  const asked: string[] = [];
  const fileSystems = new FileSystems();
  fileSystems.number(ROOT, '');
  const statfs = (path: string) => {
    asked.push(path);
    const left = bytes[path];
    if (left === undefined) throw new ZmxError('ENOENT', 'gone');
    const blocks = { blocks: 1n << 40n, blocksFree: BigInt(left), blocksAvailable: BigInt(left) };
    return { ...blocks, blockSize: 1, files: 0n, filesFree: 0n, nameMax: 255 };
  };
  const watch = new RoomWatch({ fileSystems, statfs });
  return { fileSystems, watch, asked, bytes };
}

test('a file system that nobody uses is not asked, the others where they were used last', () => {
  const { fileSystems, watch, asked, bytes } = watched({ '': 500, 'disk/new': 300, nfs: 100 });
  fileSystems.number(DISK, 'disk/old');
  fileSystems.number(NFS, 'nfs');
  fileSystems.number(DISK, 'disk/new');
  const files = PLENTY.files;
  assert.deepEqual(watch.met(), [
    { fs: 0, bytes: 500, files },
    { fs: 1, bytes: 300, files },
    { fs: 2, bytes: 100, files },
  ]);
  assert.deepEqual(asked.splice(0), ['', 'disk/new', 'nfs']);

  fileSystems.number(DISK, 'disk/new');
  Object.assign(bytes, { 'disk/new': 200, nfs: 50 });
  assert.deepEqual(watch.met(), [], 'none is new');
  assert.deepEqual(watch.news(), [{ fs: 1, bytes: 200, files }]);
  assert.deepEqual(asked.splice(0), ['', 'disk/new']);

  fileSystems.number(DISK, 'disk/gone');
  assert.deepEqual(
    watch.all().map(({ fs, bytes }) => [fs, bytes]),
    [
      [0, 500],
      [1, 200],
      [2, 100],
    ],
    'to a client that comes back, with what is not asked for now',
  );
});

test('what is not told leaves half of the margin that a client keeps free', () => {
  const { watch, bytes } = watched({ '': PLENTY.bytes });
  assert.deepEqual(watch.news(), []);
  bytes[''] = PLENTY.bytes - 32 * MIB;
  assert.deepEqual(watch.news(), []);
  bytes[''] = PLENTY.bytes - 33 * MIB;
  assert.deepEqual(watch.news(), [{ fs: 0, bytes: bytes[''], files: PLENTY.files }]);
});
