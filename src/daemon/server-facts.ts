import { accessSync, constants, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { entryPath, packageVersion } from '../base/package-root.ts';
import { currentUser } from '../base/user.ts';
import { defaultBindings } from '../commands/keys/default-bindings.ts';
import type { ServerFacts } from '../model/server.ts';
import type { DaemonOptions } from './daemon-options.ts';

/** What the model is told of this machine and process. */
export function serverFacts(options: DaemonOptions): ServerFacts {
  const user = currentUser();
  return {
    now: Date.now,
    env: process.env,
    host: hostname(),
    pid: process.pid,
    user: user.name,
    uid: user.uid,
    compatPath: folderWith('tmux', join(options.place.runtime, 'bin')),
    programPath: folderWith('zmx', join(options.place.runtime, 'zmx')),
    agentFolder: join(options.place.runtime, 'agent'),
    home: user.home,
    version: packageVersion(),
    socketPath: options.place.socket,
    startTime: Date.now(),
    configFiles: options.configFiles,
    defaultBindings,
    shell: [process.env.SHELL, user.shell].find(isProgram) ?? '/bin/sh',
  };
}

/** A folder for the PATH of panes, in which this zmx has this name. */
function folderWith(name: string, folder: string): string {
  const program = join(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(program, { force: true });
  symlinkSync(entryPath('cli/zmx'), program);
  return folder;
}

function isProgram(path: string | null | undefined): path is string {
  if (!path?.startsWith('/')) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
