import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';
import type { Folders } from '../../src/base/folders.ts';

/** A user of its own for a test: an empty home and zmx's folders, met by nobody else. */
export interface TempHome extends Disposable {
  /** Short, since a socket's path may have 107 bytes at most. */
  readonly root: string;
  readonly home: string;
  readonly folders: Folders;
  /** Complete environment for a child: these folders, a plain terminal, no trace of the tester's own sessions. */
  readonly env: Record<string, string>;
}

export function makeTempHome(): TempHome {
  const root = mkdtempSync(join(tmpdir(), 'zmx-t-'));
  const home = join(root, 'home');
  const folders = { runtime: join(root, 'run'), state: join(root, 'state'), config: join(root, 'config') };
  for (const folder of [home, ...Object.values(folders)]) mkdirSync(folder, { mode: 0o700 });
  return {
    root,
    home,
    folders,
    env: {
      PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      SHELL: '/bin/sh',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      PS1: '$ ',
      ZMX_RUNTIME_DIR: folders.runtime,
      ZMX_STATE_DIR: folders.state,
      ZMX_CONFIG_DIR: folders.config,
    },
    dispose: () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
