import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { compileAhead, loadCompiled } from '../../src/cli/compiled.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-compiled-'));
const file = join(folder, 'program.js');

beforeEach(() => {
  writeFileSync(file, "exports.word = 'first';\n");
  compileAhead(file);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the program exports, and whether its code came from the cache. */
function load(): { word: string | undefined; cached: boolean } {
  const { script, cached } = loadCompiled(file);
  const exports: { word?: string } = {};
  (script.runInThisContext() as (exports: object) => void)(exports);
  return { word: exports.word, cached };
}

test('the code that was compiled ahead is taken', () => {
  assert.deepEqual(load(), { word: 'first', cached: true });
});

test('the cache of an older bundle is not taken, even where the new one is as long', () => {
  writeFileSync(file, "exports.word = 'other';\n");
  const later = new Date(Date.now() + 10_000);
  utimesSync(file, later, later);
  assert.deepEqual(load(), { word: 'other', cached: false });
});

test('without a cache, or with one of another V8, the bundle is compiled', () => {
  // Texts of their own: V8 remembers those that this process has compiled.
  writeFileSync(file, "exports.word = 'damaged';\n");
  writeFileSync(`${file}.cache`, 'not from this V8');
  assert.deepEqual(load(), { word: 'damaged', cached: false });
  writeFileSync(file, "exports.word = 'missing';\n");
  rmSync(`${file}.cache`);
  assert.deepEqual(load(), { word: 'missing', cached: false });
});

test('the command is compiled ahead', () => {
  assert.equal(loadCompiled(join(packageRoot, 'dist/src/cli/command-line.js')).cached, true);
});
