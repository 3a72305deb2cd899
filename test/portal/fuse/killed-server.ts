import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseServer } from '../../../src/portal/fuse/server.ts';
import { openNamespace } from '../../../src/portal/namespace.ts';
import { LocalFiles } from '../../support/local-files.ts';

/**
 * Serves a mount on which a program waits in a read, and a notification waits for that read. Prints
 * the program's pid, then waits to be killed; with the argument `exit` it ends by itself instead.
 */
const folder = mkdtempSync(join(tmpdir(), 'zmx-killed-'));
const real = join(folder, 'real');
mkdirSync(real);
writeFileSync(join(real, 'big'), Buffer.alloc(3_000_000, 'x'));
const files = new LocalFiles(real);
const namespace = await openNamespace({
  mountPoints: [join(folder, 'shown')],
  program: 'cat',
  args: ['big'],
  env: process.env,
  cwd: join(folder, 'shown'),
  stdio: ['ignore', 'ignore', 'ignore'],
});
await FuseServer.start({
  device: namespace.devices[0]!,
  files,
  owner: { uid: process.getuid!(), gid: process.getgid!() },
  spoolFolder: folder,
  rescueFolder: folder,
  notice: () => {},
  timeoutMs: 60_000,
});
let reads = 0;
const waiting = new Promise<void>((resolve) => {
  files.before = (call) => {
    // The first is that of open(2).
    if (call !== 'read' || ++reads === 1) return;
    resolve();
    return new Promise(() => {});
  };
});
await namespace.start();
await waiting;
writeFileSync(join(real, 'big'), Buffer.alloc(3_000_000, 'y'));
files.changed(['big']);
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${namespace.process.pid}\n`);
if (process.argv[2] === 'exit') process.exit(3);
setInterval(() => {}, 60_000);
