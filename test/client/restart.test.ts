import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { connect } from '../../src/client/connection.ts';
import type { ZmxError } from '../../src/protocol/errors.ts';
import { BELL, COMMAND, RESULT, SUSPEND } from '../../src/protocol/messages/sessions.ts';
import type { ZmqServer } from '../../src/transport/server.ts';
import type { EpochChange } from '../../src/transport/types.ts';
import { TransportFixture, until } from '../support/transport.ts';

const fixture = new TransportFixture();
after(() => fixture.dispose());

const command = { op: 'op', argv: ['list-sessions'], cwd: '/' };

/** Notes what arrives and answers commands, unless they are to wait for ever. */
function serve(server: ZmqServer, log: string[], answering: boolean): ZmqServer {
  server.received.on(({ peer, message }) => {
    const body = message.body as { id: number; argv: string[] };
    log.push(`${body.id} ${body.argv[0]}`);
    if (answering) peer.send(RESULT, { re: body.id, status: 7 });
  });
  return server;
}

for (const transport of ['ipc', 'tcp'] as const) {
  test(`over ${transport} a request survives the daemon: sent again to the next epoch, after its first words`, async () => {
    const log: string[] = [];
    const first = serve(fixture.server({ holder: () => 'holder-1' }), log, false);
    const bind = async (server: ZmqServer, port: number) =>
      transport === 'tcp'
        ? server.bindTcp('127.0.0.1', port)
        : server.bindIpc(fixture.socketPath).then(() => 0);
    const port = await bind(first, 0);
    const endpoint = transport === 'tcp' ? fixture.tcp(port) : fixture.ipc();
    const connection = fixture.use(connect(endpoint, { keys: fixture.clientKeys }));
    const epochs: EpochChange[] = [];
    connection.epochChanged.on((change) => {
      epochs.push(change);
      if (!change.first) void connection.request(COMMAND, { ...command, argv: ['attach-session'] });
    });
    const answer = connection.request(COMMAND, command);
    await until('the first daemon has the request', () => log.length === 1);

    const down = connection.stateChanged.once((state) => state.kind === 'connecting');
    first.dispose();
    await down;
    connection.send(COMMAND, { ...command, id: 99, argv: ['meant-for-the-old-one'] });
    const second = serve(fixture.server({ holder: () => 'holder-2' }), log, true);
    // The first one's sockets are closed by another thread, in its own time.
    for (;;) {
      const failure = await bind(second, port).then(
        () => undefined,
        (error: ZmxError) => error,
      );
      if (!failure) break;
      assert.equal(failure.code, 'EADDRINUSE');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }

    assert.equal((await answer).definition, RESULT);
    assert.deepEqual(log, ['1 list-sessions', '2 attach-session', '1 list-sessions']);
    assert.deepEqual(epochs, [
      { epoch: first.epoch, first: true, holder: 'holder-1' },
      { epoch: second.epoch, first: false, holder: 'holder-2' },
    ]);
    await connection.ready();
    assert.equal(connection.state.kind, 'live');
    connection.dispose();
    second.dispose();
  });
}

test('a handler that throws, and an answer with an error, reject the request with it', async () => {
  const server = fixture.server();
  server.received.on(({ peer, message }) => {
    const { id, argv } = message.body as { id: number; argv: string[] };
    if (argv[0] === 'throw')
      throw Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' });
    peer.send(RESULT, { re: id, status: 0 });
  });
  await server.bindIpc(fixture.socketPath);
  const connection = fixture.use(connect(fixture.ipc()));
  const thrown = await connection
    .request(COMMAND, { ...command, argv: ['throw'] })
    .catch((error: ZmxError) => error);
  assert.deepEqual([(thrown as ZmxError).code, (thrown as ZmxError).message], ['ENOENT', 'no such file']);
  assert.equal((await connection.request(COMMAND, command)).definition, RESULT);
  server.dispose();
});

test('BELL and SUSPEND keep their order; a peer that the daemon closes ends the connection', async () => {
  const server = fixture.server();
  server.joined.on((peer) => {
    peer.send(BELL, {});
    peer.send(SUSPEND, {});
    peer.close();
  });
  await server.bindIpc(fixture.socketPath);
  const connection = fixture.use(connect(fixture.ipc()));
  const names: string[] = [];
  connection.received.on((message) => names.push(message.definition.name));
  const ended = await connection.stateChanged.once((state) => state.kind === 'refused');
  assert.deepEqual(names, ['BELL', 'SUSPEND']);
  assert.equal(ended.kind === 'refused' && ended.code, 'closed');
  await assert.rejects(connection.request(COMMAND, command), { code: 'closed' });
});
