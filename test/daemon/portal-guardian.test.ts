import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { addHost } from '../../src/auth/hosts.ts';
import { makeKeyPair } from '../../src/auth/keys.ts';
import { formatKey } from '../../src/auth/z85.ts';
import { Signal } from '../../src/base/signal.ts';
import { PortalGuardian } from '../../src/daemon/portal-guardian.ts';
import { within } from '../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'zmx-guardian-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A port of this machine where nobody listens. */
async function silentPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address && typeof address === 'object');
  return address.port;
}

it('what a portal had here is tidied up though its host was never reached, which is not tried for ever', async () => {
  const config = join(folder, 'config');
  addHost(config, 'nowhere', `127.0.0.1:${await silentPort()}`, formatKey(makeKeyPair().publicKey));
  const own = join(folder, 'own');
  mkdirSync(own);
  const notes = join(folder, 'guards');
  const lines: string[] = [];
  let unguarded: (key: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    unguarded = resolve;
  });
  const holders = {
    gone: new Signal<{ key: string; note: string }>(),
    guard: () => {},
    unguard: (key: string) => unguarded(key),
  };
  new PortalGuardian(holders, config, notes, (line) => lines.push(line));
  const guarded = { portal: 'p', host: 'nowhere', namespace: '', folders: [own], mountPoints: [] };
  holders.gone.emit({ key: 'portal:p', note: JSON.stringify({ ...guarded, unreached: true }) });
  assert.equal(await within(ended, 'the end of the trying'), 'portal:p');
  assert.deepEqual(readdirSync(folder).sort(), ['config', 'guards']);
  assert.deepEqual(readdirSync(notes), []);
  assert.match(lines[0] ?? '', /no answer from 127\.0\.0\.1:\d+ within 5 s/);
});
