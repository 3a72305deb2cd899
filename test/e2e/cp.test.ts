import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connectTwoHosts, type TwoHosts } from '../support/two-hosts.ts';

/** Every entry below a folder: kind, permissions, links, time in ns, content or target. */
function describeTree(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (path: string): void => {
    const info = fs.lstatSync(path, { bigint: true });
    const content = info.isSymbolicLink()
      ? `-> ${fs.readlinkSync(path)}`
      : info.isDirectory()
        ? 'folder'
        : fs.readFileSync(path, 'latin1');
    const mode = info.isSymbolicLink() ? '' : (Number(info.mode) & 0o777).toString(8);
    const links = info.isFile() ? info.nlink : '';
    found[relative(folder, path)] = `${mode} ${links} ${info.mtimeNs} ${content}`;
    if (info.isDirectory()) for (const name of fs.readdirSync(path)) look(join(path, name));
  };
  look(folder);
  return found;
}

function makeTree(folder: string): void {
  fs.mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
  for (let i = 0; i < 120; i++) fs.writeFileSync(join(folder, 'deep', `${i}`), `content of ${i}`);
  fs.writeFileSync(join(folder, 'empty'), '');
  fs.writeFileSync(join(folder, 'script'), '#!/bin/sh\n', { mode: 0o755 });
  fs.writeFileSync(join(folder, 'large'), Buffer.alloc(5_000_000, 'large '));
  fs.writeFileSync(join(folder, 'name with blank \xff é'), 'name');
  fs.symlinkSync('../elsewhere', join(folder, 'link'));
  for (const name of ['large', 'script']) {
    fs.linkSync(join(folder, name), join(folder, 'deep', `other-${name}`));
    fs.linkSync(join(folder, name), join(folder, `third-${name}`));
  }
  fs.writeFileSync(join(folder, 'sealed'), 'sealed');
  fs.chmodSync(join(folder, 'sealed'), 0o400);
  fs.chmodSync(join(folder, 'deep', 'er'), 0o500);
  fs.utimesSync(join(folder, 'deep', 'er'), 1e9, 1_234_567_890.123);
}

describe('zmx cp', () => {
  let hosts: TwoHosts;
  let here: string;
  let there: string;
  before(async () => {
    hosts = await connectTwoHosts(1);
    here = hosts.laptop.temp.home;
    there = hosts.devbox.temp.home;
    makeTree(join(here, 'project'));
  });
  after(() => hosts.close());

  it('copies a folder there and back: names, content, modes, times and links', async () => {
    const { laptop } = hosts;
    await laptop.ok('cp', '-r', 'project', 'devbox:');
    assert.deepEqual(describeTree(join(there, 'project')), describeTree(join(here, 'project')));
    await laptop.ok('cp', `devbox:${there}/project`, 'back');
    assert.deepEqual(describeTree(join(here, 'back')), describeTree(join(here, 'project')));
    const inode = (name: string) => fs.statSync(join(here, 'back', name)).ino;
    assert.equal(inode('large'), inode('deep/other-large'), 'hard links');
    await laptop.ok('cp', `devbox:${there}/project/`, 'back');
    assert.ok(fs.existsSync(join(here, 'back', 'project', 'large')), 'into a folder that exists');
  });

  it('replaces a file at once, and names what it could not copy', async () => {
    const { laptop } = hosts;
    fs.writeFileSync(join(here, 'note'), 'new');
    fs.mkdirSync(join(there, 'in', 'other'), { recursive: true });
    fs.writeFileSync(join(there, 'in', 'note'), 'an older one');
    fs.writeFileSync(join(here, 'other'), 'a file where a folder has the name');
    const { code, err } = await laptop.run('cp', 'note', 'missing', 'other', `devbox:${there}/in`);
    assert.equal(code, 1);
    assert.match(err, /^zmx cp: missing: no such file or directory$/m);
    assert.match(err, /^zmx cp: other: .*directory/m);
    assert.equal(err.trim().split('\n').length, 2, err);
    assert.equal(fs.readFileSync(join(there, 'in', 'note'), 'utf8'), 'new');
    assert.deepEqual(
      fs.readdirSync(join(there, 'in')).sort(),
      ['note', 'other'],
      'nothing unfinished is left',
    );
  });

  it('says which side refused, and what is no file', async () => {
    const { laptop } = hosts;
    fs.writeFileSync(join(there, 'note'), 'there');
    const refused = await laptop.run('cp', `devbox:${there}/note`, '/proc/note');
    const name = `devbox:${there}/note`;
    assert.equal(refused.code, 1);
    assert.equal(
      refused.err,
      `zmx cp: ${name}: cannot be written to /proc/note: no such file or directory\n`,
    );
    fs.mkdirSync(join(here, 'mixed'));
    execFileSync('mkfifo', [join(here, 'mixed', 'fifo')]);
    fs.writeFileSync(join(here, 'mixed', 'file'), 'file');
    const mixed = await laptop.run('cp', 'mixed', 'devbox:');
    assert.equal(mixed.code, 1);
    assert.equal(mixed.err, 'zmx cp: mixed/fifo: a FIFO, socket or device: those are not copied\n');
    assert.deepEqual(fs.readdirSync(join(there, 'mixed')), ['file']);
  });

  it('says what is wrong with the places', async () => {
    const { laptop } = hosts;
    assert.match((await laptop.run('cp', 'note', 'copy')).err, /both here/);
    assert.match((await laptop.run('cp', 'devbox:/a', 'devbox:/b')).err, /same host; use: zmx exec devbox/);
    assert.match((await laptop.run('cp', 'note', 'nobody:')).err, /nobody/);
    const { code, err } = await laptop.run('cp', 'note', `devbox:${there}/no/such`);
    assert.deepEqual([code, /no such file or directory/.test(err)], [1, true], err);
    assert.equal(
      (await laptop.run('cp', 'note', `devbox:${there}/no/`)).code,
      1,
      'a slash asks for a folder',
    );
  });
});
