import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Op } from '../../../src/portal/fuse/abi.ts';
import { ZmxError } from '../../../src/protocol/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { whyNoMount, withMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };

/** A call waits for it until it is opened. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("a portal's own folder does not wait for names that are made and removed", options, () =>
  withMount(
    (real) => {
      for (const name of ['old', 'older', 'theirs']) fs.writeFileSync(join(real, name), name);
    },
    async ({ files, real, notices, server, inside }) => {
      await server.prefetch({ maxEntries: 100, maxBytes: 1000, maxFileBytes: 1000 });
      const { opened, open: release } = gate();
      files.before = (call) => (['mkdir', 'unlink'].includes(call) ? opened : undefined);
      const seen = await inside(({ fs }) => {
        const open = fs.openSync('old', 'r');
        fs.mkdirSync('made', 0o750);
        fs.mkdirSync('made/within');
        for (const name of ['old', 'older']) fs.unlinkSync(name);
        const kept = fs.readFileSync(open, 'utf8');
        fs.closeSync(open);
        return [fs.readdirSync('.').sort().join(), fs.statSync('made').mode & 0o7777, kept];
      }, undefined);
      assert.deepEqual(seen, ['made,theirs', 0o750, 'old']);
      assert.deepEqual(fs.readdirSync(real).sort(), ['old', 'older', 'theirs']);

      const written = inside(({ fs }) => {
        fs.writeFileSync('made/within/file', 'content');
        fs.writeFileSync('older', 'another');
        return fs.readdirSync('made/within').join();
      }, undefined);
      files.changed(['old']); // as it was before it was removed
      release();
      assert.equal(await written, 'file');
      assert.deepEqual(
        await inside(({ fs }) => fs.readdirSync('.').sort().join(), undefined),
        'made,older,theirs',
      );
      assert.deepEqual(fs.readdirSync(real).sort(), ['made', 'older', 'theirs']);
      assert.equal(fs.readFileSync(join(real, 'made/within/file'), 'utf8'), 'content');
      assert.deepEqual(notices, []);

      fs.mkdirSync(join(real, 'taken'));
      const taken = await inside(({ fs }) => {
        fs.mkdirSync('taken');
        return fs.readFileSync('theirs', 'utf8');
      }, undefined);
      assert.equal(taken, 'theirs');
      await server.revalidateAfterExec(undefined);
      assert.deepEqual(
        await inside(({ fs }) => fs.readdirSync('.').sort().join(), undefined),
        'made,older,taken,theirs',
      );
      assert.match(notices.join(), /taken/);
    },
    { isOwn: true },
  ),
);

test(
  "in a portal's own folder an empty file's close waits for nothing, and no program's end for its last bytes",
  options,
  () =>
    withMount(
      () => {},
      async ({ files, real, notices, server, inside }) => {
        await server.prefetch({ maxEntries: 100, maxBytes: 1000, maxFileBytes: 1000 });
        const held: (() => void)[] = [];
        const hold = () => new Promise<void>((resolve) => held.push(resolve));
        const release = () => {
          for (const go of held.splice(0)) go();
        };
        files.before = (call) => (['write', 'append'].includes(call) ? hold() : undefined);
        await inside(({ fs }) => {
          for (const name of ['output', 'gone']) fs.closeSync(fs.openSync(name, 'a'));
          fs.unlinkSync('gone');
        }, undefined);
        assert.deepEqual(fs.readdirSync(real), []);
        await server.flushAll(); // a command that starts now comes behind them
        release();
        files.before = (call) => (call === 'append' ? hold() : undefined);
        const seen = await inside(({ fs, childProcess }) => {
          const output = fs.openSync('output', 'a+');
          childProcess.spawnSync('/bin/sh', ['-c', 'echo said'], { stdio: ['ignore', output, 'inherit'] });
          return [fs.readFileSync('output', 'utf8'), fs.fstatSync(output).size];
        }, undefined);
        assert.deepEqual(seen, ['said\n', 5]);
        assert.equal(fs.readFileSync(join(real, 'output'), 'utf8'), '');
        await server.flushAll();
        files.before = () => {};
        release();
        await server.revalidateAfterExec(undefined);
        assert.equal(fs.readFileSync(join(real, 'output'), 'utf8'), 'said\n');
        assert.deepEqual(fs.readdirSync(real), ['output']);
        const after = await inside(
          ({ fs }) => [fs.readdirSync('.').join(), fs.readFileSync('output', 'utf8')],
          0,
        );
        assert.deepEqual(after, ['output', 'said\n']);

        files.before = (call) => {
          if (call === 'append') throw new ZmxError('ENOSPC', 'full');
        };
        await inside(({ fs, childProcess }) => {
          const output = fs.openSync('output', 'a');
          childProcess.spawnSync('/bin/sh', ['-c', 'echo kept'], { stdio: ['ignore', output, 'inherit'] });
        }, undefined);
        await server.flushAll();
        await eventually(() => notices.some((line) => line.includes('output')));
      },
      { isOwn: true },
    ),
);

test("a name in a portal's own folder that a command there has just taken is not taken again", options, () =>
  withMount(
    () => {},
    async ({ real, server, inside }) => {
      await server.prefetch({ maxEntries: 100, maxBytes: 1000, maxFileBytes: 1000 });
      fs.writeFileSync(join(real, 'lock'), 'theirs'); // and nobody has told of it yet
      const seen = await inside(({ fs }) => {
        try {
          fs.closeSync(fs.openSync('lock', 'wx'));
          return 'taken';
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      }, 0);
      assert.equal(seen, 'EEXIST');
      assert.equal(fs.readFileSync(join(real, 'lock'), 'utf8'), 'theirs');
    },
    { isOwn: true },
  ),
);

test("a question about a new folder in a portal's own one does not overtake it", options, () =>
  withMount(
    () => {},
    async ({ files, server, inside, forwarded }) => {
      await server.prefetch({ maxEntries: 100, maxBytes: 1000, maxFileBytes: 1000 });
      const { opened, open: release } = gate();
      files.before = (call) => (call === 'mkdir' ? opened : undefined);
      await inside(({ fs }) => fs.mkdirSync('made'), undefined);
      const came = forwarded(Op.STATFS);
      const asked = inside(({ fs }) => fs.statfsSync('made').type > 0, undefined);
      asked.catch(() => {}); // awaited below
      await came;
      release();
      assert.equal(await asked, true);
    },
    { isOwn: true },
  ),
);

test(
  "in a portal's own folder rm and mv come behind what a program that has ended left on its way",
  options,
  () =>
    withMount(
      (real) => fs.writeFileSync(join(real, 'other'), 'other'),
      async ({ files, real, server, inside, forwarded }) => {
        await server.prefetch({ maxEntries: 100, maxBytes: 1000, maxFileBytes: 1000 });
        const held: (() => void)[] = [];
        files.before = (call) =>
          call === 'write' ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
        await inside(({ childProcess }, content) => {
          const write = `const fs = require('fs'); fs.writeSync(fs.openSync(process.argv[1], 'w'), '${content}')`;
          for (const name of ['removed', 'moved', 'replaced'])
            childProcess.execFileSync(process.execPath, ['-e', write, name]);
        }, 'x'.repeat(100_000));
        const came = forwarded(Op.UNLINK);
        const named = inside(({ fs }) => {
          fs.unlinkSync('removed');
          fs.renameSync('moved', 'kept');
          fs.renameSync('other', 'replaced');
        }, undefined);
        named.catch(() => {}); // awaited below
        await came;
        await eventually(() => held.length > 0);
        assert.deepEqual(fs.readdirSync(real), ['other']);
        files.before = () => {};
        for (const go of held) go();
        await named;
        await server.revalidateAfterExec(undefined);
        assert.deepEqual(fs.readdirSync(real).sort(), ['kept', 'replaced']);
        assert.equal(fs.statSync(join(real, 'kept')).size, 100_000);
        assert.equal(fs.readFileSync(join(real, 'replaced'), 'latin1'), 'other');
      },
      { isOwn: true },
    ),
);
