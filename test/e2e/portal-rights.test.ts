import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { AS_ORDINARY_USER, whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/**
 * Files of somebody else (uid 5) in the folder argv[1], with access control lists that give the daemon's user
 * more than the mode does, or less: as setfacl(1) makes them, see acl(5).
 */
const MAKE = `
import os, struct, sys
def acl(path, mode, user, mask=7):
    os.chmod(path, mode)
    bits = [(1, mode >> 6 & 7, -1), (2, user, 0), (4, 0, -1), (16, mask, -1), (32, mode & 7, -1)]
    entries = b''.join(struct.pack('<HHi', *entry) for entry in bits)
    os.setxattr(path, 'system.posix_acl_access', struct.pack('<I', 2) + entries)
    os.chown(path, 5, 5)
def file(name, mode, user=None, mask=7, content='content'):
    with open(name, 'w') as made: made.write(content)
    os.chown(name, 5, 5)
    os.chmod(name, mode)
    if user is not None: acl(name, mode, user, mask)
def folder(name, mode, user=None):
    os.mkdir(name)
    os.chown(name, 5, 5)
    file(name + '/file', 0o666)
    os.mkdir(name + '/folder')
    os.chmod(name, mode)
    if user is not None: acl(name, mode, user)
os.mkdir(sys.argv[1], 0o755)
os.chdir(sys.argv[1])
file('read-by-list', 0o600, 4)
file('write-by-list', 0o600, 6)
file('masked', 0o600, 6, 4)
file('nothing-by-list', 0o666, 0)
file('run-by-list', 0o700, 5, 7, '#!/bin/sh\\necho ran\\n')
file('not-run-by-list', 0o777, 4, 7, '#!/bin/sh\\necho ran\\n')
file('by-mode', 0o604)
file('not-run-by-mode', 0o744, None, 7, '#!/bin/sh\\necho ran\\n')
file('group', 0o060)
os.chown('group', 5, 0)
folder('write-folder-by-list', 0o755, 7)
folder('no-write-by-list', 0o777, 5)
folder('nothing-in-by-list', 0o777, 0)
folder('no-read-by-list', 0o777, 3)
folder('sticky', 0o1777)
`;

/** Each call on each of them: `ok` or the errno. */
const TRY = `
{
const fs = require('node:fs');
const { spawnSync } = require('node:child_process');
const { R_OK, W_OK, X_OK } = fs.constants;
const answers = {};
const attempt = (name, call) => { try { answers[name] = call() ?? 'ok'; } catch (error) { answers[name] = error.code; } };
const opened = (path, flags) => {
  const fd = fs.openSync(path, flags);
  try { fs.closeSync(fd); } catch (error) { return error.code + ' only at close'; }
};
const names = fs.readdirSync('.').sort();
for (const name of names.filter((each) => fs.statSync(each).isFile())) {
  attempt(name + ' open r', () => opened(name, 'r'));
  attempt(name + ' open r+', () => opened(name, 'r+'));
  attempt(name + ' open a', () => opened(name, 'a'));
  attempt(name + ' open O_WRONLY', () => opened(name, fs.constants.O_WRONLY));
  for (const [bit, what] of [[R_OK, 'R'], [W_OK, 'W'], [X_OK, 'X']])
    attempt(name + ' access ' + what, () => fs.accessSync(name, bit));
  attempt(name + ' read', () => fs.readFileSync(name, 'utf8'));
  attempt(name + ' run', () => { const { error, stdout } = spawnSync('./' + name); if (error) throw error; return String(stdout); });
  attempt(name + ' chmod', () => fs.chmodSync(name, 0o777));
  attempt(name + ' utimes', () => fs.utimesSync(name, 1, 1));
  attempt(name + ' truncate', () => fs.truncateSync(name, 3));
  attempt(name + ' write', () => fs.writeFileSync(name, 'new'));
}
for (const name of names.filter((each) => fs.statSync(each).isDirectory())) {
  for (const [bit, what] of [[R_OK, 'R'], [W_OK, 'W'], [X_OK, 'X']])
    attempt(name + ' access ' + what, () => fs.accessSync(name, bit));
  attempt(name + ' list', () => fs.readdirSync(name).length);
  attempt(name + ' stat', () => fs.statSync(name + '/file').size);
  attempt(name + ' create', () => opened(name + '/made', 'w'));
  attempt(name + ' create new', () => opened(name + '/new', 'wx'));
  attempt(name + ' mkdir', () => fs.mkdirSync(name + '/made-folder'));
  attempt(name + ' symlink', () => fs.symlinkSync('x', name + '/link'));
  attempt(name + ' rename', () => fs.renameSync(name + '/file', name + '/renamed'));
  attempt(name + ' rmdir', () => fs.rmdirSync(name + '/folder'));
  attempt(name + ' unlink', () => fs.unlinkSync(name + '/file'));
  attempt(name + ' what is left', () => fs.readdirSync(name).sort().join(' '));
}
console.log(JSON.stringify(answers));
}
`;

describe('what the host lets its user do, in a portal', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect(0, { user: 'ordinary' });
  });
  after(() => portal?.close());

  it('access control lists, groups and sticky folders are told by the call that they forbid', async () => {
    const onDevbox = (line: readonly string[]): string => {
      const [program = '', ...args] = portal.hosts.onDevbox(line);
      return execFileSync(program, args, { encoding: 'utf8' });
    };
    const inFolder = (name: string) => `process.chdir('${portal.project}/${name}');${TRY}`;
    for (const name of ['local', 'remote']) onDevbox(['python3', '-c', MAKE, `${portal.project}/${name}`]);
    const local = onDevbox([...AS_ORDINARY_USER, process.execPath, '-e', inFolder('local')]);
    const run = await portal.agent(inFolder('remote')).ended;
    assert.equal(run.code, 0, run.err);
    assert.deepEqual(JSON.parse(run.out), JSON.parse(local));
    assert.equal(JSON.parse(local)['nothing-by-list open r'], 'EACCES');
  });
});
