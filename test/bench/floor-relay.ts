import { createConnection, createServer, type Socket } from 'node:net';
import { spawn } from 'node-pty';
import { Dealer, Router } from 'zeromq';

/**
 * The bare hops of a key and its echo, without what a multiplexer does at each:
 * `client ADDRESS`, `daemon ADDRESS SOCKET` and `holder SOCKET` are a process each.
 */
const [role, first = '', second = ''] = process.argv.slice(2);

if (role === 'client') {
  const dealer = new Dealer();
  dealer.connect(first);
  process.stdin.setRawMode(true);
  let sending = Promise.resolve();
  process.stdin.on('data', (data) => {
    sending = sending.then(() => dealer.send(data));
  });
  for await (const [data] of dealer) process.stdout.write(data!);
} else if (role === 'daemon') {
  const router = new Router();
  await router.bind(first);
  const holder = createConnection(second).setNoDelay(true);
  let client: Buffer | undefined;
  let sending = Promise.resolve();
  holder.on('data', (data) => {
    sending = sending.then(() => (client ? router.send([client, data]) : undefined));
  });
  for await (const [from, data] of router) {
    client = from!;
    holder.write(data!);
  }
} else if (role === 'holder') {
  const pty = spawn('sh', ['-c', 'stty raw -echo; exec cat'], { encoding: null });
  let daemon: Socket | undefined;
  pty.onData((data) => daemon?.write(data));
  createServer((socket) => {
    daemon = socket;
    socket.on('data', (data) => pty.write(data));
  }).listen(first);
}
