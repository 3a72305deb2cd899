import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/**
 * A CommonJS bundle with V8's code for it in a file beside it (`name.js.cache`): compiling
 * the command line took a third of the time of `zmx ls`. node's own compile cache is of
 * node 22; this one is made when zmx is built. A cache that this V8 does not take, or that
 * is older than its bundle, costs only the time that it would have saved.
 */
export function runCompiled(file: string): void {
  const { script } = loadCompiled(file);
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, nodeModule.createRequire(file), module, file, dirname(file));
}

/** @returns the script, and whether V8 took the code of the cache for it. */
export function loadCompiled(file: string): { readonly script: Script; readonly cached: boolean } {
  const cachedData = readCache(file);
  const script = new Script(sourceOf(file), { filename: file, ...(cachedData && { cachedData }) });
  return { script, cached: cachedData !== undefined && script.cachedDataRejected === false };
}

/** Makes the cache: every function is compiled, also those that only some commands call. */
export function compileAhead(file: string): void {
  setFlagsFromString('--no-lazy');
  const script = new Script(sourceOf(file), { filename: file });
  // The cache names the flags that it was made under, and is for processes that have the usual ones.
  setFlagsFromString('--lazy');
  writeFileSync(`${cacheOf(file)}.new`, script.createCachedData());
  renameSync(`${cacheOf(file)}.new`, cacheOf(file));
}

function cacheOf(file: string): string {
  return `${file}.cache`;
}

/** esbuild writes ASCII outside of comments; as Latin-1 the text takes one byte for each character. */
function sourceOf(file: string): string {
  return nodeModule.wrap(readFileSync(file, 'latin1'));
}

/** V8 compares only the length of the source, so a cache must not meet one that was built after it. */
function readCache(file: string): Buffer | undefined {
  try {
    const current = statSync(cacheOf(file)).mtimeMs >= statSync(file).mtimeMs;
    return current ? readFileSync(cacheOf(file)) : undefined;
  } catch {
    return undefined;
  }
}
