import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** What each call of an agent's script answers: `ok` or the errno. */
const ATTEMPT = `
  const attempt = (call) => { try { call(); return 'ok'; } catch (error) { return error.code; } };
  const answers = (calls) => tell(Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, attempt(call)])));`;

describe("the host's own limits, in a portal", { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect();
  });
  after(() => portal?.close());

  const answers = async (script: string) => {
    const { code, out, err } = await portal.agent(ATTEMPT + script).ended;
    assert.equal(code, 0, err);
    return { seen: JSON.parse(out) as Record<string, string>, err };
  };

  it('a read-only file system: the call that would change it fails with EROFS', async () => {
    portal.onDevbox(
      'mkdir sealed; mount -t tmpfs none sealed; echo kept >sealed/file; mkdir sealed/folder; mount -o remount,ro sealed',
    );
    const { seen } = await answers(`answers({
      read: () => fs.readFileSync('sealed/file'),
      create: () => fs.openSync('sealed/new', 'wx'),
      createAny: () => fs.openSync('sealed/new', 'w'),
      open: () => fs.openSync('sealed/file', 'r+'),
      openToAppend: () => fs.openSync('sealed/file', 'a'),
      openEmptied: () => fs.openSync('sealed/file', 'w'),
      access: () => fs.accessSync('sealed/file', fs.constants.W_OK),
      accessFolder: () => fs.accessSync('sealed', fs.constants.W_OK),
      write: () => fs.writeFileSync('sealed/file', 'changed'),
      append: () => fs.appendFileSync('sealed/file', 'more'),
      truncate: () => fs.truncateSync('sealed/file', 1),
      mkdir: () => fs.mkdirSync('sealed/new'),
      rmdir: () => fs.rmdirSync('sealed/folder'),
      unlink: () => fs.unlinkSync('sealed/file'),
      rename: () => fs.renameSync('sealed/file', 'sealed/other'),
      link: () => fs.linkSync('sealed/file', 'sealed/other'),
      symlink: () => fs.symlinkSync('x', 'sealed/other'),
      chmod: () => fs.chmodSync('sealed/file', 0o600),
      utimes: () => fs.utimesSync('sealed/file', 1, 1),
      across: () => fs.renameSync('sealed/folder', 'moved'),
    });`);
    const { read, across, ...changes } = seen;
    assert.deepEqual([read, across], ['ok', 'EXDEV']);
    for (const [call, answer] of Object.entries(changes)) assert.equal(answer, 'EROFS', call);
    assert.equal(portal.read('sealed/file'), 'kept\n');
    assert.deepEqual(readdirSync(portal.there(join(portal.project, 'sealed'))).sort(), ['file', 'folder']);
  });

  it('a program that runs there cannot be written: ETXTBSY at open', async () => {
    portal.onDevbox('cp "$(command -v sleep)" busy; ./busy 614 >/dev/null 2>&1 & echo $! >pid');
    portal.onDevbox('until [ "$(cat /proc/$(cat pid)/comm)" = busy ]; do sleep 0.01; done');
    const calls = `answers({
      open: () => fs.openSync('busy', 'r+'),
      append: () => fs.openSync('busy', 'a'),
      truncate: () => fs.openSync('busy', 'w'),
      read: () => fs.openSync('busy', 'r'),
    });`;
    try {
      const { seen } = await answers(calls);
      assert.deepEqual(seen, { open: 'ETXTBSY', append: 'ETXTBSY', truncate: 'ETXTBSY', read: 'ok' });
    } finally {
      portal.onDevbox('kill $(cat pid); while [ -d /proc/$(cat pid) ]; do sleep 0.01; done');
    }
    const { seen } = await answers(calls);
    assert.deepEqual(seen, { open: 'ok', append: 'ok', truncate: 'ok', read: 'ok' });
  });

  it('what cannot be said to the host is refused by its call, and nothing waits behind it', async () => {
    portal.onDevbox('echo late >late; touch -d @10000000000 late');
    const { seen } = await answers(`
      const longest = () => { for (;;) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); } };
      answers({
        late: () => fs.readFileSync('late'),
        later: () => fs.utimesSync('late', 2 ** 40, 2 ** 40),
        longName: () => fs.openSync('n'.repeat(256), 'w'),
        longPath: longest,
        newFile: () => fs.openSync('n'.repeat(200), 'wx'),
        anyFile: () => fs.openSync('n'.repeat(200), 'w'),
        after: () => fs.writeFileSync('after', 'x'),
      });`);
    const { late, later, after, ...tooLong } = seen;
    assert.deepEqual([late, later, after], ['ok', 'ok', 'ok']);
    for (const [call, answer] of Object.entries(tooLong)) assert.equal(answer, 'ENAMETOOLONG', call);
    assert.equal(portal.onDevbox('date -u -d @$(stat -c %Y late) +%Y'), '2255\n');
  });
});
