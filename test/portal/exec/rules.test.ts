import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claude } from '../../../src/portal/agents/claude.ts';
import { codex } from '../../../src/portal/agents/codex.ts';
import { opencode } from '../../../src/portal/agents/opencode.ts';
import { decide } from '../../../src/portal/exec/rules.ts';
import { request, SHIM, surroundings } from '../../support/shim-requests.ts';

type Case = readonly [what: string, where: 'local' | 'remote', ...parameters: Parameters<typeof request>];

const at = (cwd: string) => ({ cwd });
const env = (...entries: [string, string][]) => ({ env: new Map(entries) });

const cases: readonly Case[] = [
  ['a command in the project', 'remote', ['bash', '-c', 'make test']],
  ['one in a folder of the project', 'remote', ['/bin/sh', '-c', 'ls'], at('/srv/app/src')],
  ['a login shell', 'remote', ['-bash']],
  ['one in a folder whose name only begins alike', 'local', ['bash', '-c', 'ls'], at('/srv/app2')],
  ['one elsewhere', 'local', ['bash', '-c', 'ls'], at('/home/me')],
  ['one in the scratch folder', 'remote', ['bash', '-c', 'ls'], at('/tmp/zmx-portal-1/x')],
  [
    "the project's executable, wherever it is called",
    'remote',
    [SHIM, '/srv/app/x'],
    { file: '/srv/app/x', cwd: '/home/me' },
  ],
  ['the same by a relative path', 'remote', [SHIM, './x'], { file: './x' }],
  ['a script of this machine', 'local', ['/bin/bash', '/home/me/hook.sh'], { file: '/home/me/hook.sh' }],
  ['the same, after options', 'local', ['bash', '-e', '-o', 'pipefail', '--', '/home/me/hook.sh']],
  ['a script of the project', 'remote', ['bash', 'scripts/build.sh']],
  ['a script that is nowhere here', 'remote', ['bash', '/opt/there/build.sh']],
  ['a command line that names a file of this machine', 'remote', ['bash', '-c', '/home/me/hook.sh']],
  ['a command line with options in one word', 'remote', ['bash', '-lc', '/home/me/hook.sh']],
  ['a shell that is asked for its version', 'local', ['zsh', '--version']],
  ['git in the project', 'remote', ['git', 'status']],
  ['git with options that name the project', 'remote', ['git', '-C', '/srv/app/sub', '-c', 'a.b=c', 'diff']],
  ['git on a repository of this machine', 'local', ['git', '--git-dir', '/home/me/snapshot', 'add', '-A']],
  ['the same with =', 'local', ['git', '--git-dir=/home/me/snapshot', '--work-tree=/srv/app', 'add', '.']],
  ['the same by its environment', 'local', ['git', 'add', '.'], env(['GIT_INDEX_FILE', '/home/me/index'])],
  ['a variable that names the project', 'remote', ['git', 'add', '.'], env(['GIT_DIR', '/srv/app/.git'])],
  ['git -C that leads outside', 'local', ['git', '-C', '../..', 'status']],
  ['a credential helper', 'local', ['git', 'credential', 'fill']],
  ['a program that only this machine has', 'local', ['fd', 'x']],
];

describe('where a command runs', () => {
  for (const [what, where, argv, more] of cases)
    it(`${what}: ${where}`, () => {
      const verdict = decide(request(argv, more), surroundings());
      assert.equal(verdict.where, where, verdict.why);
    });

  it("the user's patterns come first, by name or by the whole line", () => {
    const around = surroundings({ userLocal: ['make deploy*', 'rg'], userRemote: ['git *', 'r?'] });
    const where = (...argv: string[]) => decide(request(argv), around).where;
    assert.equal(where('make', 'deploy-now'), 'local');
    assert.equal(where('make', 'test'), 'remote');
    assert.equal(where('rg', 'x'), 'local');
    assert.equal(where('git', '--git-dir', '/home/me/snapshot', 'log'), 'remote');
  });

  it('an agent keeps what its user configured, and what that starts', () => {
    const where = (agent: typeof claude, argv: string[], more = {}) =>
      decide(request(argv, more), surroundings({ agent })).where;
    assert.equal(where(claude, ['/bin/sh', '-c', 'notify-send done']), 'local');
    assert.equal(where(claude, ['git', 'diff'], env(['CLAUDE_PROJECT_DIR', '/srv/app'])), 'local');
    assert.equal(where(claude, ['/bin/bash', '-c', 'npm test']), 'remote');
    assert.equal(where(opencode, ['sh', '-c', 'key']), 'local');
    assert.equal(where(codex, ['bash', '-c', 'say $1', '{"type":"agent-turn-complete"}']), 'local');
    assert.equal(where(codex, ['/bin/bash', '-lc', 'npm test']), 'remote');
  });
});
