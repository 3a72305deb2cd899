import assert from 'node:assert/strict';
import { it } from 'node:test';
import { verdictOn } from '../../src/cli/explain.ts';
import { parsePortalArguments } from '../../src/cli/portal-arguments.ts';

const PROJECT = '/srv/app';
const HERE = new Set(['sh', 'git', 'ls', 'node', 'vim']);

const where = (...argv: string[]) =>
  verdictOn(argv, PROJECT, { local: [], remote: [] }, (name) => HERE.has(name)).where;

it('--explain judges a program as the portal finds it', () => {
  assert.equal(where('git', 'status'), 'remote');
  assert.equal(where('git', '-C', '/home/me', 'status'), 'local');
  assert.equal(where('sh', '-c', 'make'), 'remote');
  assert.equal(where('/bin/sh', '/bin/ls'), 'local', 'a script of this machine');
  assert.equal(where('./scripts/test'), 'remote');
  assert.equal(where('/srv/app/scripts/test'), 'remote');
});

it('--explain: what is not handed over runs here', () => {
  assert.equal(where('ls'), 'local');
  assert.equal(where('/usr/bin/vim', 'x'), 'local');
  assert.equal(where('claude'), 'local', 'an agent that is not installed here is not looked for there');
  assert.equal(where('cargo', 'build'), 'remote', 'only the host may have it');
});

it("--explain: the user's patterns decide about what is handed over", () => {
  const patterns = { local: ['git push*'], remote: ['ls'] };
  const verdict = (...argv: string[]) => verdictOn(argv, PROJECT, patterns, (name) => HERE.has(name)).where;
  assert.equal(verdict('git', 'push', 'origin'), 'local');
  assert.equal(verdict('ls'), 'local');
});

it('--explain needs no host', () => {
  const rest = ['git', '--version'];
  assert.deepEqual(parsePortalArguments(['--explain', ...rest]), { explain: rest, root: undefined });
  const named = parsePortalArguments(['devbox:/srv/app/', '--explain', ...rest]);
  assert.deepEqual(named, { explain: rest, root: PROJECT });
  const elsewhere = parsePortalArguments(['devbox:/tmp', '--at', '/t', '--explain', ...rest]);
  assert.deepEqual(elsewhere, { explain: rest, root: '/t' });
});
