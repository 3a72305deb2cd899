import { spawnSync } from 'node:child_process';

/** Where a load works: its files at `root`, its commands by the words of `prefix` in `there`; without them here. */
export interface LoadPlace {
  readonly root: string;
  readonly there: string;
  readonly prefix: readonly string[];
}

/** Of a load's arguments `ROOT THERE PREFIX…`. */
export function loadPlace([root = '', there = root, ...prefix]: readonly string[]): LoadPlace {
  return { root, there, prefix };
}

/** @throws Error when the command line fails. */
export function runCommand({ root, there, prefix }: LoadPlace, line: string): void {
  const argv = prefix.length > 0 ? [...prefix, `cd ${there} && ${line}`] : ['bash', '-c', line];
  const { status, stderr } = spawnSync(argv[0]!, argv.slice(1), {
    cwd: prefix.length > 0 ? '/' : root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) throw new Error(`${line}: status ${status}: ${stderr}`);
}
