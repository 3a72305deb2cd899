import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../src/client/connection.ts';
import { outputPieces } from '../../src/client/output-pieces.ts';
import type { Body } from '../../src/protocol/message.ts';
import { COMMAND, type RESULT } from '../../src/protocol/messages/sessions.ts';
import { eventually } from '../support/eventually.ts';
import { installRelease } from '../support/release.ts';
import { ZmxUser } from '../support/zmx-user.ts';

/** Lines of the long pane: more bytes than one message can have. */
const LINES = 700_000;
/** What a capture may add to the daemon's memory: it adds some 60; a fifth of these lines as objects took a gigabyte. */
const MORE_MEMORY_MIB = 256;

describe('long output', () => {
  let user: ZmxUser;
  before(async () => {
    user = new ZmxUser();
    await user.ok('new-session', '-d', '-s', 'work', '-x', '80', '-y', '24', 'cat');
    await user.ok('set-option', '-g', 'history-disk-limit', '1G');
    const script = `seq -f 'line %.0f of a long log' 1 ${LINES}; printf DONE; read go; seq -f 'later %.0f' 1 5000; printf AGAIN; read go`;
    await user.ok('new-window', '-d', '-n', 'long', script);
    await shows('DONE');
  });
  after(() => user.close());

  const shows = (text: string) =>
    eventually(async () => (await user.ok('capture-pane', '-p', '-t', 'work:long')).includes(text));
  const expected = (count = LINES): string =>
    Array.from({ length: count }, (_, i) => `line ${i + 1} of a long log\n`).join('');
  const kept = () => readdirSync(join(user.temp.folders.state, 'default', 'output'));

  /** MiB that the daemon has had at most since `reset`. */
  const peak = () =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${user.daemonPid()}/status`, 'utf8'))?.[1]) / 1024;
  const reset = () => writeFileSync(`/proc/${user.daemonPid()}/clear_refs`, '5');

  /** A command as the command line sends it, under an operation that can be asked for again. */
  async function ask(op: string, argv: string[], pieces: boolean): Promise<string> {
    const connection = connect({ kind: 'ipc', path: `${user.temp.folders.runtime}/default/zmxd.sock` });
    try {
      const { body, payload } = await connection.request(COMMAND, { op, argv, cwd: '/', pieces });
      const { length } = body as Body<typeof RESULT>;
      if (length === undefined) return Buffer.from(payload[0] ?? []).toString();
      const all: Uint8Array[] = [];
      for await (const piece of outputPieces(connection, op, length)) all.push(piece);
      return Buffer.concat(all).toString();
    } finally {
      connection.dispose();
    }
  }

  it('comes whole, and the daemon never holds it', async () => {
    reset();
    const resting = peak();
    const { code, out, err } = await user.run('capture-pane', '-p', '-S', '-', '-t', 'work:long');
    const most = peak();
    assert.deepEqual({ code, err }, { code: 0, err: '' });
    assert.ok(out === `${expected()}DONE\n`, `${out.length} characters that begin with ${out.slice(0, 40)}`);
    assert.ok(most < resting + MORE_MEMORY_MIB, `from ${resting} to ${most} MiB`);
    await eventually(() => kept().length === 0);
  });

  it('is followed by what the rest of the list prints, also where that ends the server', async () => {
    const other = ['-L', 'other'];
    await user.ok(
      ...other,
      'new-session',
      '-d',
      '-x',
      '80',
      "seq -f 'line %.0f of a long log' 1 50000; read go",
    );
    await eventually(async () => (await user.ok(...other, 'capture-pane', '-p')).includes('line 50000 '));
    const list = ['list-sessions', '-F', 'first', ';', 'capture-pane', '-p', '-S', '-', ';'];
    const { out } = await user.run(...other, ...list, 'list-sessions', '-F', 'last', ';', 'kill-server');
    assert.ok(out === `first\n${expected(50_000)}\nlast\n`, `${out.length} characters: …${out.slice(-60)}`);
  });

  it('is the same however often it is asked for, whatever the pane prints and whoever is killed meanwhile', async () => {
    const capture = ['capture-pane', '-p', '-S', '-3000', '-t', 'work:long'];
    const waiting = connect({ kind: 'ipc', path: `${user.temp.folders.runtime}/default/zmxd.sock` });
    try {
      const { body } = await waiting.request(COMMAND, { op: 'again', argv: capture, cwd: '/', pieces: true });
      const { length = 0 } = body as Body<typeof RESULT>;
      const pieces = outputPieces(waiting, 'again', length);
      const first = (await pieces.next()).value as Uint8Array;
      await user.ok('send-keys', '-t', 'work:long', 'Enter');
      await shows('AGAIN');
      const pid = user.daemonPid();
      process.kill(pid, 'SIGKILL');
      await eventually(() => user.daemonPid() !== pid);
      const all = [first];
      for await (const piece of pieces) all.push(piece);
      const text = Buffer.concat(all).toString();
      assert.match(text, /^line 69\d+ of a long log\n.*\nline 700000 of a long log\nDONE\n$/s);
      assert.equal(text.split('\n').length, 3000 + 24 + 1);
      assert.equal(await ask('again', capture, true), text);
    } finally {
      waiting.dispose();
    }
    await eventually(() => kept().length === 0);
    await assert.rejects(ask('again', capture, true), /not kept any more/);
  });

  it('goes to older clients as far as one message holds it, and the others are told what to do', async () => {
    const old = installRelease('0.1.0', user.temp.root)('cli/zmx');
    const some = await user.runWith(old, 'capture-pane', '-p', '-S', '-200000', '-t', 'work:long');
    assert.equal(some.code, 0, some.err);
    assert.equal(some.out.split('\n').length, 200_000 + 24 + 1);
    const all = await user.runWith(old, 'capture-pane', '-p', '-S', '-', '-t', 'work:long');
    assert.equal(all.code, 1);
    assert.match(
      all.err,
      /the output has \d+ MiB, and this client's version takes 15 at once: ask for a part/,
    );
  });

  it('is too much for a buffer, which says so and takes a part', async () => {
    const { code, err } = await user.run('capture-pane', '-b', 'all', '-S', '-', '-t', 'work:long');
    assert.equal(code, 1);
    assert.match(
      err,
      /more than the 8 MiB that fit here: capture a part of it \(-S, -E\), or print it from a command line \(-p\)/,
    );
    await user.ok('capture-pane', '-b', 'some', '-S', '-100000', '-t', 'work:long');
    const shown = await user.ok('show-buffer', '-b', 'some');
    assert.equal(shown.split('\n').length, 100_000 + 24);
  });
});
