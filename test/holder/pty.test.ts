import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listener, request, startTestHolder } from '../support/held.ts';

test('the output of fast children is complete and their exits exact', async (t) => {
  const place = await startTestHolder(t);
  const client = await place.connect();
  for (let i = 0; i < 20; i++) {
    const pane = `p${i}`;
    await client.spawn(request(place, pane, `seq 1 3000; printf END; exit ${i}`));
    const listener = new Listener(client, pane);
    assert.deepEqual(await listener.ended(), { code: i, signal: 0 });
    const lines = listener.text().split('\r\n');
    assert.equal(lines.length, 3001);
    assert.equal(lines.at(-1), 'END');
    client.forget(pane);
  }
  await client.spawn(request(place, 'killed', 'kill -TERM $$'));
  assert.deepEqual(await new Listener(client, 'killed').ended(), { code: 143, signal: 15 });
});
