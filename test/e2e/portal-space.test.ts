import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';

/** Fills the file system that argv[1] is the top of, in every way, and prints what each call answers. */
const FILL = `
import errno, hashlib, json, os, sys
from os import O_APPEND, O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY
os.chdir(sys.argv[1])
answers = []
def digest(name):
    with open(name, 'rb') as file: return hashlib.sha256(file.read()).hexdigest()[:8]
def attempt(what, call, *args):
    try: answer = call(*args)
    except OSError as error: answer = errno.errorcode[error.errno]
    answers.append([what, 'ok' if answer is None else answer])
    return answer
def opened(name, flags, use=None):
    fd = os.open(name, flags | O_CREAT, 0o644)
    try:
        if use: return use(fd)
    finally: attempt('close ' + name, os.close, fd)
def fill(fd, size):
    written = []
    while True:
        try: written.append(os.write(fd, b'x' * size))
        except OSError as error: return written + [errno.errorcode[error.errno]]
attempt('fill', opened, 'filled', O_WRONLY, lambda fd: fill(fd, 100_000))
attempt('size', lambda: os.stat('filled').st_size)
attempt('append', opened, 'filled', O_WRONLY | O_APPEND, lambda fd: fill(fd, 10))
attempt('overwrite', opened, 'filled', O_RDWR, lambda fd: [os.pwrite(fd, b'y' * 5000, 10), os.fsync(fd)])
attempt('empty file', opened, 'empty', O_WRONLY)
attempt('write to it', opened, 'empty', O_RDWR, lambda fd: os.write(fd, b'x'))
attempt('sparse', opened, 'empty', O_RDWR, lambda fd: os.ftruncate(fd, 50_000))
attempt('write into its hole', opened, 'empty', O_RDWR, lambda fd: os.pwrite(fd, b'x', 20_000))
attempt('size of the sparse', lambda: os.stat('empty').st_size)
attempt('set apart', opened, 'empty', O_RDWR, lambda fd: os.posix_fallocate(fd, 0, 60_000))
attempt('size after', lambda: os.stat('empty').st_size)
attempt('mkdir', os.mkdir, 'folder')
attempt('symlink', os.symlink, 'x' * 300, 'link')
attempt('rewrite', opened, 'filled', O_WRONLY | O_TRUNC, lambda fd: fill(fd, 30_000))
attempt('shorter', os.truncate, 'filled', 100_000)
attempt('set apart', opened, 'empty', O_RDWR, lambda fd: os.posix_fallocate(fd, 0, 40_000))
attempt('write into it', opened, 'empty', O_RDWR, lambda fd: os.pwrite(fd, b'z' * 40_000, 0))
attempt('fill again', opened, 'again', O_WRONLY | O_APPEND, lambda fd: fill(fd, 7000))
attempt('unlink', os.unlink, 'filled')
attempt('into what is free', opened, 'again', O_WRONLY | O_APPEND, lambda fd: [os.write(fd, b'w' * 9000), os.fsync(fd)])
for number in range(9):
    attempt('mkdir', os.mkdir, 'folder-%d' % number)
for flags in (O_WRONLY, O_WRONLY | O_EXCL): attempt('create', opened, 'more', flags)
attempt('symlink', os.symlink, 'x', 'more')
attempt('mkfifo', os.mkfifo, 'more')
attempt('rename', os.rename, 'again', 'renamed')
attempt('long', opened, 'renamed', O_WRONLY, lambda fd: [os.ftruncate(fd, 2**45), os.fstat(fd).st_size, os.ftruncate(fd, 9)])
attempt('names', lambda: sorted(os.listdir('.')))
attempt('content', lambda: [digest(name) for name in sorted(os.listdir('.')) if os.path.isfile(name)])
print(json.dumps(answers))
`;

describe('a file system of the host that is full, in a portal', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect();
  });
  after(() => portal?.close());

  it('each call answers as it does there', async () => {
    for (const name of ['local', 'remote'])
      portal.onDevbox(`mkdir ${name}; mount -t tmpfs -o size=256k,nr_inodes=8 none ${name}`);
    const [program = '', ...args] = portal.hosts.onDevbox(['python3', '-c', FILL, `${portal.project}/local`]);
    const local = execFileSync(program, args, { encoding: 'utf8' });
    const run = await portal.portal(['python3', '-c', FILL, `${portal.project}/remote`]).ended;
    assert.equal(run.code, 0, run.err);
    assert.deepEqual(JSON.parse(run.out), JSON.parse(local));
    assert.match(local, /ENOSPC/);
    assert.doesNotMatch(run.err, /could not be written/);
  });

  /** Writes eight pages by way of a mapping where there is room for some; argv[2]: what makes room for the others. */
  const MAP = `
import errno, mmap, os, sys
os.chdir(sys.argv[1])
fd = os.open('mapped', os.O_RDWR | os.O_CREAT)
os.ftruncate(fd, 32768)
pages = mmap.mmap(fd, 32768)
def sync():
    for at in range(8): pages[at * 4096] = at + 65
    try: pages.flush()
    except OSError as error: return errno.errorcode[error.errno]
    return 'ok'
print(sync())
if len(sys.argv) > 2:
    os.unlink(sys.argv[2])
    print(sync())
`;
  const map = (...args: readonly string[]) => {
    portal.onDevbox(
      `mkdir -p mapped; mountpoint -q mapped || mount -t tmpfs -o size=64k none mapped
       rm -f mapped/*; head -c 52k /dev/zero >mapped/zeroes`,
    );
    return portal.portal(['python3', '-c', MAP, `${portal.project}/mapped`, ...args]).ended;
  };

  it('what a mapping has put off fails at msync, and is kept', async () => {
    const { out, err } = await map();
    assert.equal(out, 'ENOSPC\n', err);
    const kept = /is kept in (\S+)/.exec(err)?.[1];
    assert.equal(kept && readFileSync(kept, 'latin1').replaceAll('\0', ''), 'ABCDEFGH', err);
  });

  it('or goes there once there is room, also what had gone in part', async () => {
    const { out, err } = await map('zeroes');
    assert.equal(out, 'ENOSPC\nok\n', err);
    assert.equal(portal.read('mapped/mapped').replaceAll('\0', ''), 'ABCDEFGH');
    assert.doesNotMatch(err, /could not be written/);
  });
});

/** Fills the disk with a file, removes that, and writes another one. */
const EMPTY = `
import errno, os
def fill(name):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT)
    total = 0
    try:
        while True: total += os.write(fd, b'x' * 65536)
    except OSError as error: code = errno.errorcode[error.errno]
    os.close(fd)
    return total >> 20, code
print(*fill('big'))
os.mkdir('folder')
os.rename('big', 'folder/big')
os.unlink('folder/big')
os.rmdir('folder')
print(*fill('other'))
os.truncate('other', 0)
print(os.listdir('.'))
`;

describe('a disk of the host that its daemon is on too', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect(0, { env: { ZMX_STATE_DIR: '/srv/state' } });
  });
  after(() => portal?.close());

  it('can be filled to its end, and emptied then', async () => {
    portal.onDevbox('mount -o remount,size=8m /srv');
    const { out, err } = await portal.portal(['python3', '-c', EMPTY]).ended;
    const [first = '', second = '', left] = out.split('\n');
    for (const line of [first, second]) assert.match(line, /^[4-7] ENOSPC$/, err);
    assert.equal(left, "['other']");
  });
});
