import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageRoot } from '../../src/base/package-root.ts';
import { eventually } from '../support/eventually.ts';
import { seeded } from '../support/seeded.ts';
import { ZmxUser } from '../support/zmx-user.ts';

const HOPS = ['received', 'sent', 'taken', 'saved', 'told'] as const;
const LINES = 4;

describe('a daemon that is killed between two hops of a key', () => {
  const random = seeded(5);
  for (const hop of HOPS) {
    it(`after ${hop}: each key has its effect once`, async () => {
      const user = new ZmxUser();
      try {
        const mark = join(user.temp.root, 'killed');
        user.env.KILL_HOP = hop;
        user.env.KILL_MARK = mark;
        // `saved` passes only with keys that change the model; the others with each key.
        user.env.KILL_AFTER = String(1 + Math.floor(random() * (hop === 'saved' ? 6 : 28)));
        const program = join(packageRoot, 'dist', 'test', 'support', 'killed-daemon.js');
        spawn(process.execPath, [program, '-L', 'default'], { env: user.env, stdio: 'ignore' });
        // `list-commands` starts no daemon of its own, as `new-session` would.
        await eventually(async () => (await user.run('list-commands')).code === 0);
        await user.ok('new-session', '-d', '-s', 'work');
        const terminal = user.open(['attach', 'work']);
        await terminal.waitForScreen(/\[work\] 0:/);

        const typed = join(user.temp.home, 'typed');
        terminal.send(`cat > ${typed}\r`);
        for (let line = 1; line <= LINES; line++) {
          terminal.send(`line-${line}\r`);
          await terminal.waitForScreen(new RegExp(`^line-${line} *$`, 'm'));
          terminal.send('\x02c');
          await terminal.waitForScreen(new RegExp(`${line}:\\S+\\*`));
          terminal.send('\x02' + '0');
          await terminal.waitForScreen(/0:\S+\*/);
        }
        terminal.send('\x04');
        const expected = Array.from({ length: LINES }, (_, at) => `line-${at + 1}\n`).join('');
        await eventually(() => existsSync(typed) && readFileSync(typed, 'utf8').length >= expected.length);
        assert.equal(readFileSync(typed, 'utf8'), expected);
        assert.ok(existsSync(mark), 'the daemon was killed at the hop');
        const windows = await user.ok('list-windows', '-t', 'work', '-F', '#{window_index}');
        assert.equal(windows.split('\n').length, LINES + 1);
      } finally {
        await user.close();
      }
    });
  }
});
