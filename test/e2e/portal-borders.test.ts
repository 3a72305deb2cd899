import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** What a call of an agent's script answers: what it returns, or its errno. */
const ATTEMPT = `
  const attempt = (call) => { try { return call() ?? 'ok'; } catch (error) { return error.code; } };
  const read = (path) => attempt(() => fs.readFileSync(path, 'utf8'));
  const write = (path, flag = 'w') => attempt(() => fs.writeFileSync(path, 'changed', { flag }));`;

describe("the project's borders", { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  /** A folder of this machine. */
  let outside: string;
  before(async () => {
    portal = await PortalHosts.connect();
    outside = join(portal.hosts.laptop.temp.home, 'outside');
    mkdirSync(join(outside, 'folder'), { recursive: true });
    writeFileSync(join(outside, 'kept'), 'as it was');
  });
  after(() => portal?.close());

  const answers = async (script: string) => {
    const { code, out, err } = await portal.agent(ATTEMPT + script).ended;
    assert.equal(code, 0, err);
    const lines = out.split('\n').filter((line) => line !== '');
    return { seen: lines.map((line) => JSON.parse(line) as unknown), err };
  };

  it("the project's own path may be any bytes", async () => {
    const { laptop } = portal.hosts;
    portal.onDevbox(
      `d=$(printf 'caf\\351'); mkdir "$d"; printf there >"$d/note"; printf '#!/bin/sh\nprintf %%s "$PWD"' >"$d/own"; chmod +x "$d/own"`,
    );
    const agent = join(laptop.temp.home, 'agent.sh');
    writeFileSync(
      agent,
      `printf %s "$PWD" | bytes; readlink -n /proc/self/cwd | bytes; cat note; ./own | bytes
      bash -c 'printf made >made; printf %s "$PWD"' | bytes; cat made`,
    );
    // node passes text only: a shell of this machine makes the bytes
    const script = `zmx() { "$NODE" "$COMMAND" "$@"; }; there="devbox:${portal.project}/caf$(printf '\\351')"
      zmx portal "$there" -- sh "${agent}"; echo
      zmx exec "$there" -- sh -c 'cat made; printf %s "$PWD"' | bytes
      zmx cp "$there/made" copied; cat copied; zmx cp copied "$there/back"; zmx cp "$there" .; cat caf*/back; ls -d caf* | bytes
      zmx portal "$there.no" -- true 2>&1 | LC_ALL=C sed 's/.*caf/caf/' | od -An -c -w9 | head -1`;
    const bin = join(laptop.temp.home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'bytes'), '#!/bin/sh\ntail -c 5 | od -An -tx1\n', { mode: 0o755 });
    const PATH = `${bin}:${laptop.env.PATH ?? process.env.PATH}`;
    const { stdout } = await promisify(execFile)('sh', ['-ec', script], {
      env: { ...laptop.env, PATH, NODE: process.execPath, COMMAND: entryPath('cli/zmx') },
      cwd: laptop.temp.home,
    });
    const folder = ' 2f 63 61 66 e9';
    assert.deepEqual(stdout.split('\n'), [
      folder,
      folder,
      `there${folder}`,
      folder,
      'made',
      folder,
      'mademade 63 61 66 e9 0a',
      '   c   a   f 351   .   n   o       d',
      '',
    ]);
  });

  it('a `..` in a link is that of what the names before it lead to', async () => {
    portal.onDevbox(
      `mkdir -p walk/deep/er/dir; cd walk; ln -s deep/er/dir down; ln -s down/../../../../walk/made within;
      ln -s ${outside}/folder out; ln -s out/../kept sneaky; printf inside >within.txt; ln -s down/../../../within.txt text`,
    );
    const { seen, err } = await answers(`
      tell([read('walk/text'), write('walk/text'), write('walk/within'), read('walk/within')]);
      tell([read('walk/sneaky'), write('walk/sneaky')]);
      fs.writeFileSync('${outside}/beside', '');
      tell([attempt(() => fs.renameSync('${outside}/beside', '${outside}/kept')), attempt(() => fs.unlinkSync('${outside}/kept'))]);`);
    assert.deepEqual(seen, [
      ['inside', 'ok', 'ok', 'changed'],
      ['as it was', 'EROFS'],
      ['EBUSY', 'EBUSY'], // it is a mount point in the portal
    ]);
    assert.equal(portal.read('walk/made'), 'changed');
    assert.equal(readFileSync(join(outside, 'kept'), 'utf8'), 'as it was');
    assert.match(err, /sneaky/);
    assert.doesNotMatch(err, /within|text/);
  });

  it('a link in a folder that is moved leads from where it stands then', async () => {
    const beside = `/srv/beside-${portal.project.slice('/srv/'.length)}`;
    portal.onDevbox('mkdir -p moved/one/two; ln -s ../../../target moved/one/two/link; printf mine >target');
    writeFileSync(beside, 'as it was');
    portal.onDevbox(`ln -s ../../${beside.slice('/srv/'.length)} moved/one/other`);
    try {
      const { seen, err } = await answers(`
        tell([read('moved/one/two/link'), write('moved/one/two/link'), read('moved/one/other')]);
        fs.renameSync('moved/one', 'moved-up');
        tell([read('moved-up/two/link'), fs.readlinkSync('moved-up/two/link')]);
        tell([read('moved-up/other'), write('moved-up/other')]);
        fs.renameSync('moved-up', 'moved/one');
        tell([read('moved/one/two/link')]);`);
      assert.deepEqual(seen, [
        ['mine', 'ok', 'ENOENT'],
        ['ENOENT', '../../../target'],
        ['as it was', 'EROFS'],
        ['changed'],
      ]);
      assert.equal(readFileSync(beside, 'utf8'), 'as it was');
      assert.match(err, /moved-up\/other -> .*read-only/);
    } finally {
      rmSync(beside);
    }
  });

  /** A program of this machine that outlives the agent, which has heard of it that it runs. */
  const leaving = (child: string, end: string) => `
    const left = spawn(process.execPath, ['-e', 'const agent = process.ppid; console.log(); ' + ${JSON.stringify(child)}],
      { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, AGENT: process.pid } });
    left.stdout.once('data', () => { tell(left.pid); ${end} });`;

  it('a hook of this machine that outlives the agent has time to end', async () => {
    const { code, err } = await portal.agent(
      leaving(
        `setInterval(() => {
          if (process.ppid === agent) return;
          for (const file of ['hook', process.env.HOME + '/hook']) require('fs').writeFileSync(file, 'said');
          process.exit();
        }, 20)`,
        'process.exit(3)',
      ),
    ).ended;
    assert.equal(code, 3, err);
    assert.equal(portal.read('hook'), 'said');
    assert.equal(readFileSync(join(portal.hosts.laptop.temp.home, 'hook'), 'utf8'), 'said');
  });

  it('what does not end is told, and ended by Ctrl-C; behind a killed agent nothing is waited for', async () => {
    const endless = 'setInterval(() => {}, 1000)';
    const waiting = portal.agent(leaving(endless, 'process.exit(3)'));
    await eventually(() => waiting.seen.err.includes('has left running'), { what: 'it is told' });
    assert.match(waiting.seen.err, new RegExp(`running here: node \\(${waiting.seen.out.trim()}\\); `));
    waiting.child.kill('SIGINT');
    assert.equal((await waiting.ended).code, 3);
    const killed = await portal.agent(leaving(endless, "process.kill(process.pid, 'SIGKILL')")).ended;
    assert.equal(killed.code, 137);
    assert.doesNotMatch(killed.err, /has left running/);
    await portal.nothingLeft();
  });

  it("a file of this machine that codex's commands read is there for them, in its newest version", async () => {
    const snapshots = join(portal.hosts.laptop.temp.home, 'shell_snapshots');
    mkdirSync(snapshots);
    const { out, err } = await portal.agentNamed(
      'codex',
      `const file = '${snapshots}/1.sh';
      for (const value of ['first', 'second', 'third']) {
        fs.writeFileSync(file + '.new', 'said=' + value + '\\n');
        fs.renameSync(file + '.new', file);
        for (const line of ['set -e; . "' + file + '"', "if . '" + file + "'; then :; fi; uname -n"])
          tell(sh(line + '; echo $said').out);
      }`,
    ).ended;
    const told = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string);
    const each = ['first', 'second', 'third'].flatMap((said) => [`${said}\n`, `devbox\n${said}\n`]);
    assert.deepEqual(told, each, err);
  });

  it('a project of any name, beside or below what is shown too, is mounted once', async () => {
    const { laptop } = portal.hosts;
    const odd = `${portal.project}/a b'c"d\ne`;
    mkdirSync(portal.there(odd), { recursive: true });
    const script = join(laptop.temp.home, 'where.sh');
    writeFileSync(script, 'pwd; bash -c "uname -n; pwd"');
    const run = async (...words: string[]) => {
      const { code, out, err } = await laptop.run('portal', ...words, '--', 'sh', script);
      return code === 0 ? out : err;
    };
    const { project } = portal;
    assert.equal(await run(`devbox:${odd}`), `${odd}\ndevbox\n${odd}\n`);
    assert.equal(await run(`devbox:${project}`, '--also', odd), `${project}\ndevbox\n${project}\n`);
    assert.equal(await run(`devbox:${odd}`, '--also', project), `${odd}\ndevbox\n${odd}\n`);
    assert.match(await run(`devbox:${odd}`, '--at', `${project}/x`, '--also', project), /would hide a part/);
  });

  it('the project is known by every path that leads to it here', async () => {
    const { home } = portal.hosts.laptop.temp;
    mkdirSync(join(home, 'real'));
    symlinkSync('real', join(home, 'linked'));
    portal.write('where', '#!/bin/sh\nuname -n; pwd\n', 0o755);
    const at = join(home, 'linked/project');
    const { out, err } = await portal.agent(
      `tell([process.cwd(), sh('uname -n; pwd').out, run('${at}/where').out]);
      fs.symlinkSync(process.cwd(), '${home}/way');
      tell(run('${home}/way/where', [], { cwd: '${home}' }).out);`,
      {},
      ['--at', at],
    ).ended;
    const there = `devbox\n${portal.project}\n`;
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [[join(home, 'real/project'), there, there], `devbox\n${home}\n`],
      err,
    );
  });

  it('a further folder is known by its name on the host, also where that leads through a link here', async () => {
    const further = `/srv/further-${portal.project.slice('/srv/'.length)}`;
    portal.onDevbox(`mkdir -p ${further}/lib; printf there >${further}/lib/file`);
    const { home } = portal.hosts.laptop.temp;
    mkdirSync(join(home, 'further'));
    symlinkSync(join(home, 'further'), further);
    try {
      const { out, err } = await portal.agent(
        `${ATTEMPT} process.chdir('${further}/lib');
        tell([process.cwd(), sh('uname -n; pwd; cat file; printf made >made').out, read('made')]);`,
        {},
        ['--also', `${further}/lib`],
      ).ended;
      const there = `devbox\n${further}/lib\nthere`;
      assert.deepEqual(JSON.parse(out), [join(home, 'further/lib'), there, 'made'], err);
    } finally {
      rmSync(further);
    }
  });

  it('may be opened from a folder of this machine at the same path', async () => {
    const { laptop } = portal.hosts;
    const at = join(laptop.temp.home, 'checkout');
    mkdirSync(at);
    const argv = [entryPath('cli/zmx'), 'portal', `devbox:${portal.project}`, '--at', at];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...argv, '--', 'bash', '-c', 'uname -n'],
      {
        env: laptop.env,
        cwd: at,
      },
    );
    assert.equal(stdout, 'devbox\n');
  });

  it('a portal in a portal has its own, and reaches the rest through the outer one', async () => {
    mkdirSync(portal.there(`${portal.project}/inner`));
    const script = join(portal.hosts.laptop.temp.home, 'inner.sh');
    writeFileSync(script, 'pwd; bash -c "uname -n; pwd"; cat ../seen');
    portal.write('seen', 'by both');
    const { seen, err } = await answers(`
      const zmx = ['${entryPath('cli/zmx')}', 'portal', 'devbox:${portal.project}/inner', '--', 'sh', '${script}'];
      tell(run(process.execPath, zmx));
      tell(sh('uname -n').out);`);
    const inner = `${portal.project}/inner`;
    assert.deepEqual(
      seen,
      [{ status: 0, signal: null, out: `${inner}\ndevbox\n${inner}\nby both`, err: '' }, 'devbox\n'],
      err,
    );
  });

  it('a project may be full of links that lead out', async () => {
    portal.onDevbox(`mkdir full; for n in $(seq 1000); do ln -s ${outside}/kept full/$n; done`);
    const { seen } = await answers(`tell([read('full/1'), write('full/1000')]);`);
    assert.deepEqual(seen, [['as it was', 'EROFS']]);
    portal.onDevbox('rm -r full');
  });

  it('nothing is made through a link that leads to nothing here', async () => {
    portal.onDevbox(
      `mkdir -p making; ln -s ${outside}/new making/direct; ln -s ../making/direct making/chain;
      ln -s ${outside}/no/new making/far; ln -s ${outside}/both making/late`,
    );
    const { seen, err } = await answers(`
      for (const name of ['direct', 'chain'])
        tell([read, write, (path) => write(path, 'a'), (path) => write(path, 'wx'), (path) => write(path, 'r+')]
          .map((call) => call('making/' + name)));
      tell([fs.readlinkSync('making/direct'), fs.lstatSync('making/direct').isSymbolicLink(), write('making/far')]);
      tell([write('making/late'), write('${outside}/both'), read('making/late'), write('making/late'), write('${outside}/own')]);`);
    const refused = ['ENOENT', 'EROFS', 'EROFS', 'EEXIST', 'ENOENT'];
    assert.deepEqual(seen, [
      refused,
      refused,
      [join(outside, 'new'), true, 'ENOENT'],
      ['EROFS', 'ok', 'changed', 'EROFS', 'ok'],
    ]);
    assert.equal(existsSync(join(outside, 'new')), false);
    assert.match(err, /making\/direct -> /);
  });
});
