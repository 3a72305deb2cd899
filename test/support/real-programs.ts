import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { listTree } from '../portal/fuse/list-tree.ts';
import { PortalHosts } from './portal-hosts.ts';

const SCRIPTS = join(packageRoot, 'test', 'tools');
/** A script that takes this long hangs, ms. */
const TIMEOUT_MS = 100_000;

/** What a script in test/tools cannot do without, where that may be missing. */
const NEEDS: Readonly<Record<string, string>> = {
  build: 'gcc',
  database: 'sqlite3',
  editor: 'vim',
  packages: 'npm',
  search: 'rg',
};

/** What a script says, and how it ends. */
interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Not the same from run to run: the index holds inode numbers and times, two writers take turns as they come. */
const VARIES = /\/(\.git\/index|data\.db) /;

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

const treeOf = (folder: string): string[] => listTree(folder).filter((line) => !VARIES.test(line));

/**
 * Programs that people use, each by a script in test/tools, run on a local folder and in a
 * portal: they must say the same and leave the same tree.
 */
export class RealPrograms {
  /** Those whose program is installed. */
  static readonly all: readonly string[] = readdirSync(SCRIPTS)
    .map((file) => basename(file, '.sh'))
    .filter((name) => isInstalled(NEEDS[name] ?? 'bash'));
  readonly portal: PortalHosts;
  readonly #folder: string;
  readonly #env: Record<string, string>;
  readonly #locally = new Map<string, Said>();
  #runs = 0;

  private constructor(portal: PortalHosts, files: number) {
    this.portal = portal;
    this.#folder = mkdtempSync(join(tmpdir(), 'zmx-tools-'));
    this.#env = { FILES: String(files) };
  }

  /** @param files Size of what is built. */
  static async start(files: number): Promise<RealPrograms> {
    return new RealPrograms(await PortalHosts.connect(), files);
  }

  async compare(scripts: readonly string[]): Promise<void> {
    for (const name of scripts) if (!this.#locally.has(name)) this.#runLocally(name);
    const under = `run-${++this.#runs}`;
    const { code, out, err } = await this.portal.agent(
      `
      fs.mkdirSync('${under}');
      for (const name of ${JSON.stringify(scripts)}) {
        fs.mkdirSync('${under}/' + name);
        const options = { cwd: '${under}/' + name, timeout: ${TIMEOUT_MS} };
        const { status, out, err } = run('bash', ['${SCRIPTS}/' + name + '.sh'], options);
        tell([name, { status, out, err }]);
      }`,
      this.#env,
    ).ended;
    assert.equal(code, 0, err);
    const said = new Map(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as [string, Said]),
    );
    for (const name of scripts) {
      assert.deepEqual(said.get(name), this.#locally.get(name), name);
      const there = this.portal.there(join(this.portal.project, under, name));
      assert.deepEqual(treeOf(there), treeOf(join(this.#folder, name)), name);
    }
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.portal.close();
  }

  #runLocally(name: string): void {
    const cwd = join(this.#folder, name);
    mkdirSync(cwd);
    const { status, stdout, stderr } = spawnSync('bash', [join(SCRIPTS, `${name}.sh`)], {
      cwd,
      env: { ...this.portal.hosts.laptop.env, ...this.#env },
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    });
    assert.equal(status, 0, `${name}, locally: ${stderr}`);
    this.#locally.set(name, { status, out: stdout, err: stderr });
  }
}
