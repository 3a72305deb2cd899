import { type AddressInfo, createConnection, createServer } from 'node:net';
import { FlakyProxy, type ProxyOptions } from '../support/flaky-proxy.ts';
import { median } from './statistics.ts';

const SAMPLES = 30;

/** Median round trip in ms of a byte through the proxy, which is what a round trip costs at least: timers are late. */
export async function echoRoundTrip(network: ProxyOptions): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {}); // the proxy resets it at the end
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const proxy = await FlakyProxy.start((server.address() as AddressInfo).port, network);
  const socket = createConnection({ port: proxy.port, host: '127.0.0.1', noDelay: true });
  const times: number[] = [];
  try {
    for (let at = 0; at < SAMPLES; at++) {
      const begin = performance.now();
      socket.write('.');
      await new Promise((resolve) => socket.once('data', resolve));
      times.push(performance.now() - begin);
    }
  } finally {
    socket.destroy();
    proxy.dispose();
    server.close();
  }
  return median(times);
}
