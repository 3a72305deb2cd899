import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenState } from '../../src/model/screen-state.ts';
import { restore, snapshot } from '../../src/model/snapshot.ts';
import { TestHost } from '../commands/host.ts';

test('a server comes back from its snapshot exactly, prompts and overlays included', async () => {
  const host = new TestHost();
  await host.text(
    'new-session -d -s a -x 90 -y 30 -n first ; split-window -h ; split-window -v ; resize-pane -L 7 ; select-pane -m',
  );
  await host.text(
    'new-window -n second ; set -g status-left "#S!" ; set -w @mine "a b" ; set -p remain-on-exit on',
  );
  await host.text(
    'new-session -d -s b -e ONE=1 -c /srv ; link-window -s a:0 -t b:7 ; bind-key -T mine x { display hi ; display ho }',
  );
  await host.text(
    'select-window -t a:0 ; resize-pane -Z ; set-buffer text ; set-buffer -b named other ; set-environment -gr GONE',
  );
  await host.text('unbind-key -T prefix c ; set -g update-environment[9] EXTRA');
  const client = host.attach('a', 90, 31);
  await host.keys(client, 'C-b', 's', 'f', 'x');
  const other = host.attach('b', 120, 40, 'c2');
  await host.keys(other, 'C-b', ',', 'd', 'C-b', '$');

  const before = JSON.parse(JSON.stringify(snapshot(host.server)));
  const again = restore(before, host.server.facts);
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot(again))), before);
  for (const id of ['c1', 'c2'])
    assert.deepEqual(
      screenState(again, again.clients.get(id)!, 1),
      screenState(host.server, host.server.clients.get(id)!, 1),
    );
  assert.equal(again.keyTables.get('prefix', 'c'), undefined);
  assert.equal(again.marked?.name, host.server.marked?.name);
});

test('default key tables take no place in a snapshot', async () => {
  const host = new TestHost();
  await host.text('new-session -d -s a');
  assert.equal(snapshot(host.server).keyTables, undefined);
});
