import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSilence, raiseAlert } from '../../src/commands/alerts.ts';
import { TestHost } from './host.ts';

async function watched() {
  const host = new TestHost();
  await host.text('new-session -d -s a ; new-window -d');
  host.attach('a');
  const pane = (name: string) => [...host.server.panes.values()].find((each) => each.name === name)!;
  const flags = () => host.text('list-windows -t a -F "#I#{window_raw_flags}"');
  return { host, pane, flags };
}

test('a bell rings the terminals and marks a window that nobody sees', async () => {
  const { host, pane, flags } = await watched();
  raiseAlert(host, pane('%0'), 'bell');
  raiseAlert(host, pane('%1'), 'bell');
  assert.deepEqual(host.log, ['bell c1', 'bell c1']);
  assert.equal(await flags(), '0*\n1!');
  await host.text('set -g bell-action none');
  raiseAlert(host, pane('%1'), 'bell');
  assert.equal(host.log.length, 2);
  await host.text('next-window');
  assert.equal(await flags(), '0-\n1*');
});

test('activity is told once, and only where it is monitored', async () => {
  const { host, pane, flags } = await watched();
  raiseAlert(host, pane('%1'), 'activity');
  assert.equal(await flags(), '0*\n1');
  await host.text('set -g monitor-activity on ; set -g visual-activity on');
  raiseAlert(host, pane('%1'), 'activity');
  raiseAlert(host, pane('%1'), 'activity');
  assert.equal(await flags(), '0*\n1#');
  assert.deepEqual(host.log, []);
  assert.equal(host.server.clients.get('c1')?.message?.text, 'Activity in window 1');
});

test('silence is told when the time is over, and once until somebody looks', async () => {
  const { host, pane, flags } = await watched();
  await host.text('set -w -t a:1 monitor-silence 10');
  host.time += 9_999;
  checkSilence(host);
  assert.equal(await flags(), '0*\n1');
  host.time += 1;
  checkSilence(host);
  checkSilence(host);
  assert.deepEqual([await flags(), host.log], ['0*\n1~', ['bell c1']]);
  raiseAlert(host, pane('%1'), 'activity');
  host.time += 10_000;
  checkSilence(host);
  assert.deepEqual(host.log, ['bell c1']);
});
