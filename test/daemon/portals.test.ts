import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { Signal } from '../../src/base/signal.ts';
import { Portals } from '../../src/daemon/exec/portals.ts';
import type { Peer } from '../../src/transport/types.ts';
import { within } from '../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-portals-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const peer = (linked: boolean): Peer => ({
  id: 'session',
  key: '',
  linked,
  queuedBytes: 0,
  acknowledged: new Signal(),
  send: () => {},
  close: () => {},
});

/** One daemon's list; its ends come one by one. */
function portals(name: string) {
  let told: (portal: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    told = resolve;
  });
  const list = new Portals({ folder, file: join(folder, name), end: (portal) => told(portal) });
  return { list, ended };
}

it('a portal that nobody comes back for is ended by the next daemon too', async () => {
  const first = portals('restart');
  const scratch = first.list.open('lost', peer(true), 1000, false);
  first.list.open('alive', peer(true), 3_600_000, false);
  first.list.dispose();

  const second = portals('restart');
  assert.ok(second.list.isOpen('lost'));
  assert.equal(await within(second.ended, 'the end of the lost portal'), 'lost');
  second.list.end('lost');
  assert.ok(!second.list.isOpen('lost'));
  second.list.close('lost');
  assert.ok(!existsSync(scratch));
  second.list.dispose();

  const third = portals('restart');
  assert.ok(!third.list.isOpen('lost'));
  assert.ok(third.list.isOpen('alive'));
  third.list.dispose();
});

it('the time before a restart counts', async () => {
  const hour = 3_600_000;
  const lost = { id: 'lost', orphanTimeoutMs: hour, keepsBackground: false, silentSince: Date.now() - hour };
  writeFileSync(
    join(folder, 'silence'),
    JSON.stringify([lost, { ...lost, id: 'later', silentSince: Date.now() }]),
  );
  const { list, ended } = portals('silence');
  assert.equal(await within(ended, 'the end after the restart'), 'lost');
  list.close('lost');
  assert.ok(list.isOpen('later'));
  list.dispose();
});

it('one that keeps its background has no scratch folder, and is known as such after a restart', () => {
  const first = portals('background');
  assert.equal(first.list.open('command', peer(true), 3_600_000, true), '');
  first.list.dispose();
  const second = portals('background');
  assert.ok(second.list.keepsBackground('command'));
  assert.ok(!second.list.keepsBackground('another'));
  second.list.dispose();
});
