import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ZmxError } from '../../../src/protocol/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { whyNoMount, withMount } from './harness.ts';

const skip = whyNoMount();
/** Only a deadline. */
const options = { timeout: 60_000, ...(skip ? { skip } : {}) };
/** Of a file that goes in three pieces, bytes. */
const LARGE_BYTES = 20 * 1024 * 1024;

test('what is written to a file that stays open is on the remote after a while', options, () =>
  withMount(
    () => {},
    async ({ files, inside, notices, real }) => {
      let failures = 0;
      const fd = await inside(({ fs }) => {
        const opened = fs.openSync('kept', 'a');
        fs.writeSync(opened, 'one\n');
        return opened;
      }, null);
      const log = join(real, 'kept');
      await eventually(() => fs.existsSync(log) && fs.readFileSync(log, 'latin1') === 'one\n');
      const { ino } = fs.statSync(log);
      files.before = (call) => {
        if (call !== 'append') return;
        failures++;
        throw new ZmxError('EIO', 'the disk fails');
      };
      await inside(({ fs }, opened) => void fs.writeSync(opened, 'two\n'), fd);
      await eventually(() => failures > 0);
      assert.deepEqual(
        notices.filter((line) => line.startsWith('kept ')),
        [],
        'not lost yet, so not told',
      );
      files.before = () => {};
      const seen = await inside(({ fs }, opened) => {
        const whole = fs.readFileSync('kept', 'latin1');
        fs.closeSync(opened);
        return whole;
      }, fd);
      assert.equal(seen, 'one\ntwo\n');
      assert.equal(fs.readFileSync(log, 'latin1'), 'one\ntwo\n');
      assert.equal(fs.statSync(log).ino, ino);
    },
    { writeBackMs: 100 },
  ),
);

test('what was given up on its way is rescued once, and nothing else is sent in its place', options, () =>
  withMount(
    () => {},
    async ({ files, folder, inside, notices, real, server }) => {
      const held: (() => void)[] = [];
      files.before = (call) =>
        call === 'write' ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
      const closed = inside(({ fs }, bytes) => {
        const fd = fs.openSync('large', 'w');
        Object.assign(globalThis, { again: fs.openSync('large', 'r+') });
        fs.writeSync(fd, Buffer.alloc(bytes, 'x'));
        try {
          fs.closeSync(fd);
          return 'ok';
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      }, LARGE_BYTES);
      await eventually(() => held.length > 0);
      files.lease.emit('lost');
      await server.finish();
      files.before = () => {};
      files.lease.emit('held');
      for (const go of held) go();
      assert.equal(await closed, 'EIO');
      const sent = fs.readFileSync(join(real, 'large'));
      assert.ok(sent.length < LARGE_BYTES && sent.every((byte) => byte === 120));
      const rescued = fs.readdirSync(join(folder, 'rescue'));
      assert.equal(rescued.length, 1);
      assert.equal(fs.statSync(join(folder, 'rescue', rescued[0]!)).size, LARGE_BYTES);
      assert.equal(notices.filter((line) => line.startsWith('large ')).length, 1);
      const late = await inside(({ fs }) => {
        const { again } = globalThis as unknown as { again: number };
        try {
          return fs.writeSync(again, 'late');
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        } finally {
          fs.closeSync(again);
        }
      }, null);
      assert.equal(late, 'EIO', 'nobody would bring it there');
    },
  ),
);
