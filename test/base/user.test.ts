import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentUser, type PasswdEntry } from '../../src/base/user.ts';

const uid = process.getuid?.() ?? 0;
const entry: PasswdEntry = { username: 'ann', homedir: '/home/ann', shell: '/bin/zsh' };

test('the environment says where home is, the passwd entry who it is', () => {
  const expected = { uid, name: 'ann', home: '/tmp/h', shell: '/bin/zsh' };
  assert.deepEqual(
    currentUser({ HOME: '/tmp/h', USER: 'root' }, () => entry),
    expected,
  );
  assert.equal(currentUser({ HOME: '' }, () => entry).home, '/home/ann');
});

test('a uid without an entry, as in a container, has what the environment says', () => {
  const none = () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  };
  assert.deepEqual(currentUser({ HOME: '/work', USER: 'ci' }, none), {
    uid,
    name: 'ci',
    home: '/work',
    shell: undefined,
  });
  assert.deepEqual(currentUser({}, none), { uid, name: String(uid), home: '/', shell: undefined });
});
