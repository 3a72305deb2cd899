import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { mayLeadOut } from '../../src/portal/outside-links.ts';
import { type PathEntry, walkPath } from '../../src/portal/path-walk.ts';
import { isWithin } from '../../src/portal/portal-paths.ts';

type Entries = { readonly [name: string]: Entries | string | null };

const NAMES = ['a', 'b', 'c'];
/** Of a link: names, steps up, and what a careless hand leaves between them. */
const linkText = (root: string) =>
  fc
    .tuple(
      fc.constantFrom('', '', '', '', `${root}/`, '/'),
      fc.array(fc.constantFrom('a', 'b', 'c', '..', '..', '.', ''), { minLength: 1, maxLength: 5 }),
    )
    .map(([start, steps]) => start + steps.join('/') || '.');
/** Folders by their entries, links by their text, null for a file. */
const tree = (root: string) =>
  fc.letrec<{ folder: Entries; entry: Entries | string | null }>((tie) => ({
    folder: fc.dictionary(fc.constantFrom(...NAMES), tie('entry'), { maxKeys: 3, depthIdentifier: 'tree' }),
    entry: fc.oneof(
      { depthIdentifier: 'tree', maxDepth: 3 },
      linkText(root),
      linkText(root),
      fc.constant(null),
      tie('folder'),
    ),
  })).folder;

function build(folder: string, entries: Entries): void {
  mkdirSync(folder);
  for (const [name, entry] of Object.entries(entries)) {
    if (entry === null) writeFileSync(join(folder, name), '');
    else if (typeof entry === 'string') symlinkSync(entry, join(folder, name));
    else build(join(folder, name), entry);
  }
}

async function look(path: string): Promise<PathEntry | undefined> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return { kind: 'link', target: readlinkSync(path) };
  return found && { kind: found.isDirectory() ? 'folder' : 'other' };
}

function kernelsAnswer(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe('walkPath', () => {
  let base: string;
  let root: string;
  before(() => {
    base = mkdtempSync(join(realpathSync(tmpdir()), 'zmx-walk-'));
    root = join(base, 'outside', 'root');
  });
  after(() => rmSync(base, { recursive: true }));

  const withTree = async (entries: Entries, use: () => Promise<void>): Promise<void> => {
    rmSync(join(base, 'outside'), { recursive: true, force: true });
    mkdirSync(join(base, 'outside'));
    build(root, entries);
    await use();
  };

  it("resolves paths through links as the kernel does, and fails with the kernel's error", async () => {
    const property = fc.asyncProperty(fc.gen(), async (g) =>
      withTree(
        g(() => tree(root)),
        async () => {
          const named = g(() => linkText(root));
          const { path, error } = await walkPath(root, named, look);
          assert.equal(error ?? path, kernelsAnswer(named.startsWith('/') ? named : `${root}/${named}`));
        },
      ),
    );
    await fc.assert(property, { seed: 3, numRuns: 400 });
  });

  it('says whether a file would be made where nothing is', async () => {
    await withTree({ a: { b: '../c/new', c: '../c/no/new', d: '../a/../new' }, c: {} }, async () => {
      const ends = await Promise.all(['b', 'c', 'd'].map((name) => walkPath(join(root, 'a'), name, look)));
      assert.deepEqual(ends, [
        { path: join(root, 'c/new'), error: 'ENOENT', canBeMade: true },
        { path: join(root, 'c/no/new'), error: 'ENOENT', canBeMade: false },
        { path: join(root, 'new'), error: 'ENOENT', canBeMade: true },
      ]);
    });
  });

  it('follows 40 links and no more', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 41 }, (_, i) => [`l${i + 1}`, i === 0 ? 'end' : `l${i}`]),
    );
    await withTree({ ...chain, end: null, loop: 'loop' }, async () => {
      for (const name of ['l40', 'l41', 'loop']) {
        const { path, error } = await walkPath(root, name, look);
        assert.equal(error ?? path, kernelsAnswer(join(root, name)), name);
      }
    });
  });

  it('leaves its folder only by links whose text says that they may', async () => {
    const property = fc.asyncProperty(fc.gen(), async (g) =>
      withTree(
        g(() => tree(root)),
        async () => {
          const suspects: string[] = [];
          const watching = async (path: string) => {
            const entry = await look(path);
            if (isWithin(path, root) && entry?.kind === 'link') {
              const own = path.slice(root.length + 1);
              if (mayLeadOut(own, entry.target)) suspects.push(own);
            }
            return entry;
          };
          const name = g(() => fc.constantFrom('a', 'b', 'c', 'a/a', 'a/b', 'b/c', 'b/c/a'));
          const { path } = await walkPath(root, name, watching);
          assert.ok(suspects.length > 0 || isWithin(path, root), `${name} leads to ${path}`);
        },
      ),
    );
    await fc.assert(property, { seed: 4, numRuns: 200 });
  });
});
