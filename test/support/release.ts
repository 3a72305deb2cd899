import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';

/**
 * Installs the release whose programs are in test/fixtures into a folder, with this
 * repository's packages and native programs. Returns the path of its built program
 * `name`, e.g. 'cli/zmx'.
 */
export function installRelease(version: string, into: string): (name: string) => string {
  const kept = join(packageRoot, 'test', 'fixtures', `release-${version}`);
  const root = join(into, `zmx-${version}`);
  const built = join(root, 'dist', 'src');
  mkdirSync(built, { recursive: true });
  for (const folder of ['chunks', 'cli', 'daemon', 'holder'])
    cpSync(join(kept, folder), join(built, folder), { recursive: true });
  cpSync(join(kept, 'package.json'), join(root, 'package.json'));
  cpSync(join(kept, 'commonjs.json'), join(built, 'cli', 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src'));
  symlinkSync(join(packageRoot, 'src', 'native'), join(root, 'src', 'native'));
  return (name) => join(built, `${name}.main.js`);
}
