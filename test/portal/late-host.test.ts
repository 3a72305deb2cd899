import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Signal } from '../../src/base/signal.ts';
import { Portal } from '../../src/portal/portal.ts';
import { PortalGuard } from '../../src/portal/portal-guard.ts';
import { ZmxError } from '../../src/protocol/errors.ts';
import type { Message, MessageDefinition } from '../../src/protocol/message.ts';
import {
  HOST_PROGRAMS,
  HOST_PROGRAMS_ARE,
  PORTAL_OPEN,
  PORTAL_OPENED,
} from '../../src/protocol/messages/exec.ts';
import type { Connection, EpochChange, LinkState } from '../../src/transport/types.ts';
import { makeTempHome } from '../support/temp-home.ts';

/** A daemon that answers what the test answers. */
class SlowDaemon implements Connection {
  readonly state: LinkState = { kind: 'connecting', since: 0, why: '' };
  readonly stateChanged = new Signal<LinkState>();
  readonly received = new Signal<Message>();
  readonly epochChanged = new Signal<EpochChange>();
  readonly queuedBytes = 0;
  /** What it was asked, in order. */
  readonly asked: string[] = [];
  readonly #waiting = new Map<MessageDefinition, (answer: Message) => void>();

  send(): void {}

  request(definition: MessageDefinition): Promise<Message> {
    this.asked.push(definition.name);
    return new Promise((resolve) => this.#waiting.set(definition, resolve));
  }

  answer(question: MessageDefinition, answer: Message): void {
    this.#waiting.get(question)?.(answer);
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  redial(): void {}

  dispose(): void {}
}

/** Whoever guards here has nothing to do. */
class NoGuard extends PortalGuard {
  override async begin(): Promise<void> {}
}

test('a host that answers when the portal has ended already is asked for no folder any more', async (t) => {
  const user = makeTempHome();
  t.after(() => user.dispose());
  const connection = new SlowDaemon();
  const connected = Promise.reject(new ZmxError('timeout', 'the host does not answer'));
  connected.catch(() => {}); // told to the portal
  const portal = new Portal({
    connection,
    connected,
    guard: new NoGuard(connection, 'devbox'),
    path: '',
    at: undefined,
    also: [],
    program: ['true'],
    env: user.env,
    forwardAgent: false,
    runtimeFolder: user.folders.runtime,
    stateFolder: user.folders.state,
    settings: { timeoutMs: 60_000, orphanTimeoutMs: 60_000, local: [], remote: [] },
    notice: () => {},
    log: () => {},
  });
  await assert.rejects(portal.run(), { code: 'timeout' });
  const before = [...connection.asked];
  assert.deepEqual(before, ['PORTAL_OPEN', 'HOST_PROGRAMS']);

  connection.answer(PORTAL_OPEN, {
    definition: PORTAL_OPENED,
    body: { re: 1, scratch: '/tmp/zmx-scratch', hostname: 'devbox' },
    payload: [],
  } satisfies Message<typeof PORTAL_OPENED>);
  connection.answer(HOST_PROGRAMS, {
    definition: HOST_PROGRAMS_ARE,
    body: { re: 2, names: [], home: '/home/dev', shell: '/bin/sh', user: 'dev', hostname: 'devbox', env: {} },
    payload: [],
  } satisfies Message<typeof HOST_PROGRAMS_ARE>);
  await turn();
  assert.deepEqual(connection.asked, before);
});
