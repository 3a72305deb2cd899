import { closeSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseServer, type FuseServerOptions } from '../../../src/portal/fuse/server.ts';
import { type Mounted, mountDirectly, openDevice } from '../../../src/portal/mount.ts';
import { LocalFiles } from '../../support/local-files.ts';

/** Why the tests on a real mount cannot run here; undefined: they can. */
export function whyNoMount(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting by mount(2) needs root';
  try {
    closeSync(openDevice());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export interface MountedFolder {
  readonly server: FuseServer;
  readonly files: LocalFiles;
  readonly notices: readonly string[];
  /** Where the tree is shown, and where it really is. */
  readonly shown: string;
  readonly real: string;
  readonly folder: string;
  close(): Promise<void>;
}

/** Mounts a fresh folder over LocalFiles. Lazily detached in close(), whatever happened before. */
export async function mountFolder(
  prepare: (real: string) => void = () => {},
  options: Partial<Omit<FuseServerOptions, 'device' | 'files'>> = {},
): Promise<MountedFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-fuse-'));
  const real = join(folder, 'real');
  const shown = join(folder, 'shown');
  mkdirSync(real);
  mkdirSync(shown);
  prepare(real);
  const files = new LocalFiles(real);
  const mounted: Mounted = await mountDirectly(shown);
  const owner = { uid: process.getuid!(), gid: process.getgid!() };
  const notices: string[] = [];
  const server = await FuseServer.start({
    device: mounted.device,
    files,
    owner,
    spoolFolder: folder,
    rescueFolder: join(folder, 'rescue'),
    notice: (line) => notices.push(line),
    timeoutMs: 60_000,
    ...options,
  });
  return {
    server,
    notices,
    files,
    shown,
    real,
    folder,
    close: async () => {
      await mounted.unmount();
      await server.close();
      files.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
