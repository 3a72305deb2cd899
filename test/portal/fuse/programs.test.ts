import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type MountedFolder, mountFolder, whyNoMount } from './harness.ts';

const noMount = whyNoMount();
const python = has('python3') ? undefined : 'there is no python3 here';
/** Only a deadline. */
const timeout = 60_000;
let mounted: MountedFolder;

before(async () => {
  if (!noMount) mounted = await mountFolder();
});

after(() => mounted?.close());

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a script on the mount; returns its output, line by line. */
async function run(program: string, script: string): Promise<string[]> {
  const output = await mounted.inside(
    ({ childProcess }, [program, script]) =>
      childProcess.execFileSync(program, ['-c', script], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    [program, script] as const,
  );
  return output.trim().split('\n');
}

test('git: commits, branches, a rebase, a gc; the repository is sound', {
  timeout,
  ...(noMount ? { skip: noMount } : {}),
}, async () => {
  const output = await run(
    'sh',
    `set -e
     git init -q -b main repo; cd repo; git config user.email a@b; git config user.name n
     for i in 1 2 3 4; do echo $i > f$i; git add .; git commit -qm c$i; done
     git checkout -q -b x HEAD~2; echo z > z; git add z; git commit -qm z; git rebase -q main
     git log --oneline | wc -l; git gc -q; git status --short | wc -l; pwd | grep -o 'repo$'`,
  );
  assert.deepEqual(output, ['5', '0', 'repo']);
  execFileSync('git', ['-c', 'safe.directory=*', '-C', join(mounted.real, 'repo'), 'fsck', '--strict']);
});

test('sqlite: transactions of several processes', {
  timeout,
  ...(noMount || python ? { skip: noMount ?? python! } : {}),
}, async () => {
  const output = await run(
    'python3',
    `
import sqlite3, multiprocessing
db = sqlite3.connect('t.db')
db.execute('create table t(a integer primary key, b text)')
def write(n):
    own = sqlite3.connect('t.db', timeout=50)
    for i in range(5):
        with own: own.execute('insert into t(b) values(?)', (str(n) * 100,))
writers = [multiprocessing.Process(target=write, args=(n,)) for n in range(3)]
for one in writers: one.start()
for one in writers: one.join()
try:
    with db:
        db.execute("insert into t(b) values('rolled back')")
        raise ValueError
except ValueError: pass
print(db.execute('select count(*) from t').fetchone()[0])
print(db.execute('pragma integrity_check').fetchone()[0])
`,
  );
  assert.deepEqual(output, ['15', 'ok']);
});

test('mappings, locks, ranges: the calls that node does not have', {
  timeout,
  ...(noMount || python ? { skip: noMount ?? python! } : {}),
}, async () => {
  const output = await run(
    'python3',
    `
import fcntl, mmap, os
with open('mapped', 'w+b') as f:
    f.truncate(100000)
    m = mmap.mmap(f.fileno(), 100000)
    m[50000:50005] = b'HELLO'
    m.close()
print(open('mapped', 'rb').read()[49999:50006])
with open('mapped', 'rb') as f: print(mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE)[50000:50005])
one, two = open('locked', 'w'), open('locked', 'w')
fcntl.flock(one, fcntl.LOCK_EX)
try: fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: print('locked')
fd = os.open('space', os.O_CREAT | os.O_RDWR)
os.posix_fallocate(fd, 0, 5000)
print(os.stat('space').st_size)
os.pwrite(fd, b'copied', 4000)
print(os.copy_file_range(fd, os.open('copy', os.O_CREAT | os.O_RDWR), 3000, 3000), os.stat('copy').st_size)
print(os.listxattr('copy'))
try: os.setxattr('copy', 'user.x', b'1')
except OSError as e: print(e.errno == 95)
`,
  );
  assert.deepEqual(output, ["b'\\x00HELLO\\x00'", "b'HELLO'", 'locked', '5000', '2000 2000', '[]', 'True']);
  assert.equal(fs.readFileSync(join(mounted.real, 'mapped')).indexOf('HELLO'), 50_000);
});
