import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinOf, releaseMountPoints } from '../../src/base/mount-points.ts';
import { FuseServer } from '../../src/portal/fuse/server.ts';
import { type NamespaceOptions, openNamespace } from '../../src/portal/namespace.ts';
import { LocalFiles } from '../support/local-files.ts';

/**
 * Mounts a small tree at argv[2] and runs the shell script argv[3] in it; prints what happened as JSON.
 * A program of its own, so that a test that runs as root can start it as an ordinary user.
 */
const [, , mountPoint, script, more] = process.argv as [string, string, string, string, string | undefined];
const SOURCE = `zmx:probe-${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), 'zmx-namespace-'));
const files = join(folder, 'files');
mkdirSync(files);
writeFileSync(join(files, 'file'), 'content');

/** What the test adds; `readOnly` is made so when the program runs. */
const { readOnly = [], ...options } = JSON.parse(more ?? '{}') as Partial<NamespaceOptions> & {
  readOnly?: string[];
};

async function run(): Promise<object> {
  const local = new LocalFiles(files);
  try {
    const namespace = await openNamespace({
      source: SOURCE,
      mountPoints: [mountPoint],
      program: '/bin/sh',
      args: ['-c', script],
      env: process.env,
      cwd: mountPoint,
      stdio: ['ignore', 'pipe', 'inherit'],
      ...options,
    });
    const server = await FuseServer.start({
      device: namespace.devices[0]!,
      files: local,
      owner: { uid: process.getuid!(), gid: process.getgid!() },
      spoolFolder: folder,
      rescueFolder: folder,
      notice: () => {},
      timeoutMs: 60_000,
    });
    try {
      let output = '';
      namespace.process.stdout!.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      const closed = new Promise<number | null>((resolve) => namespace.process.once('close', resolve));
      await namespace.start();
      for (const path of readOnly) await namespace.keeper.protect(path);
      const status = await closed;
      return { status, output: output.trim().split('\n') };
    } finally {
      namespace.keeper.dispose();
      await server.close();
    }
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    releaseMountPoints([pinOf(mountPoint, SOURCE)]);
    local.close();
  }
}

const result = await run();
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify({ ...result, left: existsSync(mountPoint) }));
