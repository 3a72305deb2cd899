import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { listTree } from '../portal/fuse/list-tree.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

const SCRIPTS = join(packageRoot, 'test', 'tools');
const names = readdirSync(SCRIPTS).map((file) => basename(file, '.sh'));

/** What a script says, and how it ends. */
interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Not the same from run to run: the index holds inode numbers and times, two writers take turns as they come. */
const VARIES = /\/(\.git\/index|data\.db) /;

const treeOf = (folder: string): string[] => listTree(folder).filter((line) => !VARIES.test(line));

/** Programs that people use, each by a script in test/tools, in a portal and on a local folder: the same words, the same trees. */
describe('real programs on the files of a portal', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  let folder: string;
  const locally: Record<string, Said> = {};

  before(async () => {
    portal = await PortalHosts.connect();
    folder = mkdtempSync(join(tmpdir(), 'zmx-tools-'));
    for (const name of names) {
      const cwd = join(folder, name);
      mkdirSync(cwd);
      const file = join(SCRIPTS, `${name}.sh`);
      const { status, stdout, stderr } = spawnSync('bash', [file], { cwd, encoding: 'utf8' });
      locally[name] = { status, out: stdout, err: stderr };
      assert.equal(status, 0, `${name}, locally: ${stderr}`);
    }
  });
  after(async () => {
    if (folder) rmSync(folder, { recursive: true, force: true });
    await portal?.close();
  });

  const compare = async (under: string) => {
    const { code, out, err } = await portal.agent(`
      fs.mkdirSync('${under}');
      for (const name of ${JSON.stringify(names)}) {
        fs.mkdirSync('${under}/' + name);
        const said = run('bash', ['${SCRIPTS}/' + name + '.sh'], { cwd: '${under}/' + name });
        tell([name, { status: said.status, out: said.out, err: said.err }]);
      }`).ended;
    assert.equal(code, 0, err);
    const lines = out.trimEnd().split('\n');
    const said = Object.fromEntries(lines.map((line) => JSON.parse(line) as [string, Said]));
    for (const name of names) {
      assert.deepEqual(said[name], locally[name], name);
      const there = portal.there(join(portal.project, under, name));
      assert.deepEqual(treeOf(there), treeOf(join(folder, name)), name);
    }
  };

  it('by the usual rules: shells, git and rg run on the host, all else here', () => compare('usual'));

  it('with every program here, on the mounted files', async () => {
    await portal.hosts.laptop.ok('set-option', '-s', 'portal-local', '*');
    await compare('local');
  });
});
