import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/base/package-root.ts';
import { whyNoMount } from './fuse/harness.ts';

/*
 * Everything here runs as an ordinary user: root starts the probe as uid 65534, with a device
 * file that this user may open, in a mount namespace of its own.
 */
const root = process.getuid?.() === 0;
const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
const probe = join(packageRoot, 'dist', 'test', 'portal', 'namespace-probe.js');
const asUser =
  'mount -t tmpfs none /mnt && mknod -m "$MODE" /mnt/fuse c 10 229 && mount --bind /mnt/fuse /dev/fuse && ' +
  'exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"';
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'zmx-namespace-test-'));
  chmodSync(folder, 0o755);
});

after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status?: number;
  readonly output?: string[];
  readonly error?: string;
  /** Whether the mount point exists afterwards. */
  readonly left: boolean;
}

async function run(
  mountPoint: string,
  script: string,
  more: object = {},
  deviceMode = '666',
): Promise<Outcome> {
  const command = [process.execPath, probe, mountPoint, script, JSON.stringify(more)];
  const [program, ...args] = root ? ['unshare', '-m', 'sh', '-c', asUser, 'sh', ...command] : command;
  const { stdout } = await promisify(execFile)(program!, args, {
    cwd: '/',
    env: { ...process.env, HOME: '/', MODE: deviceMode },
  });
  return JSON.parse(stdout) as Outcome;
}

const unique = `zmx-test-${process.pid}`;

test(
  'a path that does not exist here, in a folder of the user: made, and removed afterwards',
  options,
  async () => {
    const { status, output, left } = await run(
      join(tmpdir(), unique, 'srv', 'app'),
      'cat file; echo; pwd; echo more > made; cat made; exit 7',
    );
    assert.equal(status, 7);
    assert.deepEqual(output, ['content', join(tmpdir(), unique, 'srv', 'app'), 'more']);
    assert.equal(left, false);
  },
);

for (const [where, path] of [
  ['below the root', `/${unique}/app`],
  ["in a folder that is not the user's", `/usr/${unique}/app`],
] as const)
  test(`a path that does not exist here, ${where}: everything else is still there`, options, async () => {
    const { output, left } = await run(
      path,
      `cat file; echo; ls -d /usr/bin /etc/passwd /proc/self /tmp; touch /tmp/${unique}-x && rm /tmp/${unique}-x; ` +
        `touch /${unique}-y 2>/dev/null || echo sealed`,
    );
    assert.deepEqual(output, ['content', '/etc/passwd', '/proc/self', '/tmp', '/usr/bin', 'sealed']);
    assert.equal(left, false);
  });

test('the program runs as the same user, without capabilities', options, async () => {
  const { output } = await run(
    join(tmpdir(), unique),
    'id -u; grep CapEff /proc/self/status; stat -c %u file',
  );
  const uid = root ? '65534' : String(process.getuid!());
  assert.deepEqual(output, [uid, 'CapEff:\t0000000000000000', uid]);
});

test('files are put over others', options, async () => {
  const source = join(folder, 'source');
  const target = join(folder, 'target');
  writeFileSync(source, 'over it');
  writeFileSync(target, 'below');
  const { output } = await run(join(tmpdir(), unique), `cat ${target}`, { binds: [{ source, target }] });
  assert.deepEqual(output, ['over it']);
});

test(
  'folders are protected while the program runs, by a process that is none of its own',
  options,
  async () => {
    const { output } = await run(
      join(tmpdir(), unique),
      'until ! [ -w /var/tmp ]; do sleep 0.02; done; cat /proc/$$/task/$$/children; ' +
        `touch /var/tmp/${unique} 2>&1 | grep -o 'Read-only file system'`,
      { readOnly: ['/var/tmp'] },
    );
    assert.match(output?.join('\n') ?? '', /^\d+ Read-only file system$/, 'its only child is cat');
  },
);

test('what is wrong is said in one sentence', options, async () => {
  const at = join(tmpdir(), unique);
  const bind = { binds: [{ source: '/no/such/file', target: '/bin/sh' }] };
  assert.match(
    (await run(at, '', bind)).error!,
    /^\/no\/such\/file cannot be put over \/bin\/sh: No such file/,
  );
  assert.match(
    (await run(at, '', { program: '/no/program' })).error!,
    /^\/no\/program was not found on this machine, where the program of a portal runs/,
  );
  assert.match((await run('/etc/passwd', '')).error!, /^\/etc\/passwd is not a folder here; .*--at DIR$/);
});

test('a device that the user may not open is named with its mode and the remedy', {
  ...options,
  ...(root ? {} : { skip: 'only root can change the device' }),
}, async () => {
  const { error, left } = await run(join(tmpdir(), unique), '', {}, '600');
  assert.match(error!, /^\/dev\/fuse may not be opened by you \(mode 600\); run: sudo chmod 666 \/dev\/fuse/);
  assert.equal(left, false);
});
