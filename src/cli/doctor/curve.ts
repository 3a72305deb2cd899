import { capability, Reply, Request } from 'zeromq';
import { makeKeyPair } from '../../auth/keys.ts';
import type { Check } from './finding.ts';

/** Loopback answers within a few ms; a loaded machine may take longer. */
const ANSWER_MS = 5000;

/** Two sockets that speak CURVE over TCP on this machine, with keys of their own. */
export const curveCheck: Check = {
  subject: 'ZeroMQ',
  look: async () => {
    if (!capability.curve)
      throw new Error('it was built without CURVE; install the prebuilt one: npm rebuild zeromq');
    const server = makeKeyPair();
    const client = makeKeyPair();
    const reply = new Reply({ curveServer: true, curveSecretKey: server.secretKey, linger: 0 });
    const request = new Request({
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
      curveServerKey: server.publicKey,
      linger: 0,
      sendTimeout: ANSWER_MS,
      receiveTimeout: ANSWER_MS,
    });
    try {
      await reply.bind('tcp://127.0.0.1:*');
      request.connect(reply.lastEndpoint ?? '');
      const served = reply.receive().then((parts) => reply.send(parts));
      served.catch(() => {}); // closed below when the question did not come
      await request.send('ping');
      const [answer] = await request.receive();
      if (String(answer) !== 'ping') throw new Error('a CURVE connection on loopback changed what was sent');
      return 'CURVE works on loopback';
    } catch (error) {
      throw new Error(
        `no CURVE connection on loopback (${(error as Error).message}); does a firewall stop 127.0.0.1?`,
      );
    } finally {
      request.close();
      reply.close();
    }
  },
};
