import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';

/**
 * Installs the release whose programs are in test/fixtures into a folder, with this
 * repository's packages and native programs. Returns the path of its built program
 * `name`, e.g. 'cli/zmx'.
 */
export function installRelease(version: string, into: string): (name: string) => string {
  const kept = join(packageRoot, 'test', 'fixtures', `release-${version}`);
  const { root, built } = installPrograms(kept, join(into, `zmx-${version}`));
  cpSync(join(kept, 'package.json'), join(root, 'package.json'));
  cpSync(join(kept, 'commonjs.json'), join(built, 'cli', 'package.json'));
  return (name) => join(built, `${name}.main.js`);
}

/** Likewise the programs of today, in a folder of their own and under the number of another version. */
export function installToday(version: string, into: string): (name: string) => string {
  const { root, built } = installPrograms(join(packageRoot, 'dist', 'src'), join(into, `zmx-${version}`));
  const today = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as object;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...today, version }));
  symlinkSync(join(packageRoot, 'src', 'shell'), join(root, 'src', 'shell'));
  return (name) => join(built, `${name}.main.js`);
}

/** Copies, since a program finds its package by the place of its own file. */
function installPrograms(from: string, root: string): { root: string; built: string } {
  const built = join(root, 'dist', 'src');
  mkdirSync(built, { recursive: true });
  for (const folder of ['chunks', 'cli', 'daemon', 'holder'])
    cpSync(join(from, folder), join(built, folder), { recursive: true });
  symlinkSync(join(packageRoot, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src'));
  symlinkSync(join(packageRoot, 'src', 'native'), join(root, 'src', 'native'));
  return { root, built };
}
