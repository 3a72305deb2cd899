import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paneExited } from '../../src/commands/lifecycle.ts';
import { runRaisedHooks } from '../../src/commands/run.ts';
import { TestHost } from './host.ts';

test('a hook runs after its command and raises no others', async () => {
  const host = new TestHost();
  await host.text('new-session -d -s a ; set-hook -g after-split-window "split-window ; set -g @ran yes"');
  await host.text('split-window');
  assert.equal(await host.text('list-panes -F x'), 'x\nx\nx');
  assert.equal(
    await host.text('show -gv @ran ; show-hooks -g'),
    'yes\nafter-split-window[0] split-window ; set-option -g @ran yes',
  );
  assert.equal(
    await host.text('show-options -g after-split-window'),
    'after-split-window[0] "split-window ; set-option -g @ran yes"',
  );
  await host.text('set-hook -gu after-split-window ; split-window');
  assert.equal(await host.text('list-panes -F x'), 'x\nx\nx\nx');
});

test('events raise hooks with the place that they are about', async () => {
  const host = new TestHost();
  await host.text('new-session -d -s a');
  await host.text(
    'set-hook -g window-linked { set -g @linked "x" ; set -gF @linked "#{hook}:#{hook_session_name}:#{window_index}" }',
  );
  await host.text(
    'set-hook -g pane-exited { set -gF @exited "#{hook_pane}" } ; set-hook -ag pane-exited "set -g @second 1"',
  );
  await host.text('set-hook -g session-renamed { set -gF @renamed "#{session_name}" }');
  await host.text('new-window -t a:7 ; rename-session b');
  assert.equal(await host.text('show -gv @linked ; show -gv @renamed'), 'window-linked:a:7\nb');
  const pane = [...host.server.panes.values()].find((each) => each.name === '%1')!;
  await paneExited(host, pane, { code: 0, signal: 0, time: host.time });
  await runRaisedHooks(host, 'exit');
  assert.equal(await host.text('show -gv @exited ; show -gv @second'), '%1\n1');
});

test('a mistake in a hook is a message and ends nothing else', async () => {
  const host = new TestHost();
  await host.text('new-session -d -s a ; set-hook -g after-new-window "kill-session -t nope"');
  assert.equal(await host.text('new-window ; display -p on'), 'on');
  assert.match(host.server.messages.at(-1)?.text ?? '', /after-new-window: can't find session: nope/);
});
