import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorizedKeys } from '../../src/auth/authorized-keys.ts';
import { type KeyPair, makeKeyPair } from '../../src/auth/keys.ts';
import { connect } from '../../src/client/connection.ts';
import { ZmqServer } from '../../src/transport/server.ts';
import { NumberedTraffic } from '../support/numbered-traffic.ts';
import { until } from '../support/transport.ts';

/**
 * A link that is really down, which no proxy can imitate: two network namespaces
 * joined by a veth pair whose one end goes down. Packets are lost, TCP backs off, and new connections find nobody. Needs root.
 */
const DOWN_MS = Number(process.env.DOWN ?? 30_000);
const TIMES = Number(process.env.COUNT ?? 3);
/** Live again within 1 s and eight round trips, of which there are none to speak of here. */
const PROMISE_MS = 1000 + 100;
const SERVER_ADDRESS = '10.77.0.1';
const CLIENT_ADDRESS = '10.77.0.2';
const PORT = 7000;

interface Shared {
  readonly server: KeyPair;
  readonly client: KeyPair;
}

const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'inherit' });

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-link-'));
  const shared: Shared = { server: makeKeyPair(), client: makeKeyPair() };
  writeFileSync(join(folder, 'shared'), JSON.stringify(shared), { mode: 0o600 });
  new AuthorizedKeys(folder).add(shared.client.publicKey);
  const [near, far] = [`zmx-near-${process.pid}`, `zmx-far-${process.pid}`];
  ip('netns', 'add', near);
  ip('netns', 'add', far);
  try {
    ip('-n', near, 'link', 'add', 'zmx0', 'type', 'veth', 'peer', 'name', 'zmx0', 'netns', far);
    for (const [space, address] of [
      [near, CLIENT_ADDRESS],
      [far, SERVER_ADDRESS],
    ] as const) {
      ip('-n', space, 'address', 'add', `${address}/24`, 'dev', 'zmx0');
      ip('-n', space, 'link', 'set', 'zmx0', 'up');
    }
    const role = (space: string, name: string) =>
      spawn('ip', ['netns', 'exec', space, process.execPath, process.argv[1] ?? '', name, folder, far], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    const server = role(far, 'server');
    await once(server.stdout, 'data');
    const client = role(near, 'client');
    client.stdout.pipe(process.stdout);
    const [status] = (await once(client, 'exit')) as [number];
    server.kill();
    await once(server, 'exit');
    process.exitCode = status;
  } finally {
    ip('netns', 'delete', near);
    ip('netns', 'delete', far);
    rmSync(folder, { recursive: true });
  }
}

async function serve(folder: string, { server: keys }: Shared): Promise<void> {
  const server = new ZmqServer({ keys, authorized: new AuthorizedKeys(folder) });
  NumberedTraffic.answer(server, 1500);
  await server.bindTcp(SERVER_ADDRESS, PORT);
  console.log('ready');
}

async function type({ server, client: keys }: Shared, far: string): Promise<void> {
  const endpoint = { kind: 'tcp', address: SERVER_ADDRESS, port: PORT, serverKey: server.publicKey } as const;
  const connection = connect(endpoint, { keys });
  const traffic = new NumberedTraffic(undefined, connection, 0);
  await connection.ready();
  let seq = 0;
  const typing = setInterval(() => traffic.key(++seq), 50);
  const returns: number[] = [];
  for (let done = 0; done < TIMES; done++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    ip('-n', far, 'link', 'set', 'zmx0', 'down');
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    const during = seq;
    const { kind } = connection.state;
    ip('-n', far, 'link', 'set', 'zmx0', 'up');
    // The kernel takes up to a second to notice the carrier; the promise counts from the first packet.
    const returned = await reachable();
    await until('the keys typed meanwhile are answered', () => traffic.frames.length >= during);
    returns.push(Math.round(performance.now() - returned));
    console.log(`down ${DOWN_MS} ms, shown as ${kind}; all answered ${returns.at(-1)} ms after its return`);
  }
  clearInterval(typing);
  await until('all is answered', () => traffic.frames.length === seq && traffic.answers.length === seq);
  const exact = [traffic.answers, traffic.frames].every((list) =>
    list.every((value, index) => value === index + 1),
  );
  const ok = exact && Math.max(...returns) <= PROMISE_MS;
  console.log(
    `${seq} keys ${exact ? 'exact' : 'NOT exact'}; promised ${PROMISE_MS} ms: ${ok ? 'ok' : 'NOT OK'}`,
  );
  process.exit(ok ? 0 : 1);
}

/** When a connection to the server's address first came about. */
function reachable(): Promise<number> {
  return new Promise((resolve) => {
    const probing = setInterval(() => {
      const socket = createConnection({ host: SERVER_ADDRESS, port: PORT });
      socket.on('error', () => {});
      socket.on('connect', () => {
        clearInterval(probing);
        resolve(performance.now());
        socket.destroy();
      });
      setTimeout(() => socket.destroy(), 500);
    }, 20);
  });
}

const [, , name, folder, far] = process.argv;
if (!name || !folder) await main();
else {
  const shared = JSON.parse(readFileSync(join(folder, 'shared'), 'utf8')) as Shared;
  if (name === 'server') await serve(folder, shared);
  else await type(shared, far ?? '');
}
