import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { AS_ORDINARY_USER, whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { DIFFERENCES } from '../support/posix-differences.ts';

interface Check {
  readonly name: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

const SUITE = ['python3', '-B', join(packageRoot, 'test', 'posix')];

/** Name and answer of each check whose answer is not that of the man pages. */
function surprises(output: string): Record<string, unknown> {
  const checks = JSON.parse(output) as readonly Check[];
  assert.ok(checks.length > 400, `only ${checks.length} checks`);
  const wrong = checks.filter(({ expected, seen }) => JSON.stringify(expected) !== JSON.stringify(seen));
  return Object.fromEntries(wrong.map(({ name, seen }) => [name, seen]));
}

/** The portal's agent is this machine's user, the remote side is not root: modes count there. */
describe('system calls on the files of a portal', { skip: whyNoPortal() ?? false }, () => {
  it('answer as their man pages say, as on a local folder, but for what is listed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zmx-posix-'));
    try {
      const [program = '', ...args] = [...AS_ORDINARY_USER, ...SUITE, folder];
      assert.deepEqual(surprises(execFileSync(program, args, { encoding: 'utf8' })), {}, 'locally');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const portal = await PortalHosts.connect(0, { user: 'ordinary' });
    try {
      const { code, out, err } = await portal.portal([...SUITE, portal.project]).ended;
      assert.equal(code, 0, err);
      const listed = Object.fromEntries(Object.entries(DIFFERENCES).map(([name, one]) => [name, one.here]));
      assert.deepEqual(surprises(out), listed);
      await portal.nothingLeft();
    } finally {
      await portal.close();
    }
  });
});
