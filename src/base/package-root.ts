import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of zmx's own package.json. The bundler moves modules between
 * files, so a path relative to `import.meta.url` would not stay true.
 */
export const packageRoot: string = find(dirname(fileURLToPath(import.meta.url)));

/** The path of a built entry, e.g. `entryPath('daemon/zmxd')`. */
export function entryPath(name: string): string {
  return join(packageRoot, 'dist', 'src', `${name}.main.js`);
}

/** The path of a program or addon that node-gyp built from src/native. */
export function nativePath(name: string): string {
  return join(packageRoot, 'src', 'native', 'build', 'Release', name);
}

/** Command line that builds what is in src/native: of a clone and of an installation alike. */
export function buildNativeCommand(): string {
  return `cd ${packageRoot} && npm run install`;
}

/** The file of a shell's integration, e.g. `integrationPath('bash/integration.bash')`. */
export function integrationPath(name: string): string {
  return join(packageRoot, 'src', 'shell', name);
}

/** The version in package.json, e.g. `0.1.0`. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The command's folder in dist has a package.json as well, which only says that it is CommonJS. */
function find(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'dist'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
