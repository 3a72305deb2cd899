import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ZmxUser } from '../support/zmx-user.ts';

describe('where zmx cannot work as it should', () => {
  let user: ZmxUser;
  beforeEach(() => {
    user = new ZmxUser();
  });
  afterEach(() => user.close());

  /** One sentence on stderr, a status, no trace of a stack. */
  const refused = async (wanted: RegExp, ...args: string[]) => {
    const { code, out, err } = await user.run(...args);
    assert.equal(code, 1, `${out}${err}`);
    assert.match(err, wanted);
    assert.doesNotMatch(err, /\n\s+at /);
  };

  it('a runtime folder that others can write to', async () => {
    chmodSync(user.temp.folders.runtime, 0o770);
    await refused(/is open to others \(mode 770\); run: chmod 700/, 'new-session', '-d');
    chmodSync(user.temp.folders.runtime, 0o700);
  });

  it('a socket path that is too long', async () => {
    user.env.ZMX_RUNTIME_DIR = join(user.temp.root, 'x'.repeat(100));
    await refused(/is too long \(the system allows 107\)/, 'new-session', '-d');
    user.env.ZMX_RUNTIME_DIR = user.temp.folders.runtime;
  });

  it('a stale socket file', async () => {
    mkdirSync(join(user.temp.folders.runtime, 'default'), { mode: 0o700 });
    writeFileSync(join(user.temp.folders.runtime, 'default', 'zmxd.sock'), '');
    await refused(/no server running on/, 'ls');
    await user.ok('new-session', '-d', '-s', 'work');
    assert.match(await user.ok('ls'), /^work:/);
  });

  it('two daemons started at once are one', async () => {
    const made = await Promise.all(['a', 'b', 'c'].map((name) => user.ok('new-session', '-d', '-s', name)));
    assert.deepEqual(made, ['', '', '']);
    assert.deepEqual((await user.ok('ls', '-F', '#{session_name}')).split('\n').sort(), ['a', 'b', 'c']);
  });

  it('no server, an unknown command, flag, target and option', async () => {
    await refused(/^no server running on .*zmxd\.sock\n$/, 'ls');
    await user.ok('new-session', '-d', '-s', 'work');
    await refused(/^unknown command: nonsense\n$/, 'nonsense');
    await refused(/list-sessions/, 'ls', '-y');
    await refused(/^can't find session: nobody\n$/, 'kill-session', '-t', 'nobody');
    await refused(/^invalid option: nothing\n$/, 'set', '-g', 'nothing', 'x');
  });

  it('a terminal of one cell, a dumb terminal, and none', async () => {
    const tiny = user.open(['attach', 'work'], { cols: 1, rows: 1 });
    tiny.resize(80, 24);
    await tiny.waitForScreen(/\[work\] 0:/);
    tiny.send('\x02d');
    assert.equal((await tiny.waitForExit()).code, 0);
    user.env.TERM = 'dumb';
    const dumb = user.open(['attach', 'work']);
    assert.notEqual((await dumb.waitForExit()).code, 0);
    assert.match(dumb.screen(), /TERM|terminal/);
    user.env.TERM = 'xterm-256color';
    await refused(/not a terminal/, 'attach', 'work');
  });
});
