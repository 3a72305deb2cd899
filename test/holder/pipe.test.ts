import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { Listener, processState, request, startTestHolder } from '../support/held.ts';

test('a piped child', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  const pipe = { kind: 'pipe' } as const;

  await t.test('has stdin with an end, and stdout and stderr apart', async () => {
    await client.spawn(request(place, 'p1', 'cat; echo problem > /dev/stderr; exit 4', pipe));
    const listener = new Listener(client, 'p1');
    const bytes = Buffer.alloc(300_000, 'abcdefg\n');
    await Promise.all([
      client.input('p1', 's', 1, bytes),
      client.input('p1', 's', 2, Buffer.from('last'), true),
    ]);
    assert.deepEqual(await listener.ended(), { code: 4, signal: 0 });
    assert.equal(listener.text(), `${bytes}last`);
    assert.equal(listener.errText(), 'problem\n');
    const [held] = await client.list();
    assert.deepEqual([held?.end, held?.errEnd], [300_004, 8]);
  });

  await t.test('loses nothing of its tail, and is not waited for by name of its children', async () => {
    const script = 'sleep 1000 & seq 1 30000; seq 1 30000 >&2; echo $!; kill -KILL $$';
    await client.spawn(request(place, 'p2', script, pipe));
    const listener = new Listener(client, 'p2');
    assert.deepEqual(await listener.ended(), { code: 137, signal: 9 });
    const lines = listener.text().trimEnd().split('\n');
    assert.equal(lines.length, 30_001);
    assert.equal(listener.errText().trimEnd().split('\n').at(-1), '30000');
    // What it left in the background may still write: it is unheard, but lives.
    const left = Number(lines.at(-1));
    assert.notEqual(processState(left), undefined);
    process.kill(left, 'SIGKILL');
  });

  await t.test('refuses input once it has closed its stdin', async () => {
    await client.spawn(request(place, 'p3', 'exec <&-; echo closed; sleep 1000', pipe));
    await new Listener(client, 'p3').until(/closed/);
    await assert.rejects(client.input('p3', 's', 3, Buffer.from('x')), { code: 'EPIPE' });
    client.signal('p3', 9, 'group');
    await eventually(async () => (await client.list()).find(({ pane }) => pane === 'p3')?.exit);
  });

  await t.test('is reached by a signal for its group that comes right behind its start', async () => {
    for (let round = 0; round < 50; round++) {
      const pane = `killed-${round}`;
      const spawned = client.together(() => {
        const spawning = client.spawn(request(place, pane, 'sleep 1000', { kind: 'pipe' }));
        client.signal(pane, constants.signals.SIGKILL, 'group');
        return spawning;
      });
      await spawned;
      assert.deepEqual(await new Listener(client, pane).ended(), { code: 137, signal: 9 });
    }
  });
});
