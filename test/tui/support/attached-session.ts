import * as messages from '../../../src/protocol/messages/sessions.ts';
import { type AttachEnd, attachClient } from '../../../src/tui/attached-client.ts';
import { FakeDaemon } from './fake-daemon.ts';
import { FakeTerminal } from './fake-terminal.ts';

/** A client with a daemon and a terminal that are the test's. */
export interface Session {
  readonly daemon: FakeDaemon;
  readonly terminal: FakeTerminal;
  readonly end: Promise<AttachEnd>;
}

export function begin(
  env: Record<string, string> = { TERM: 'xterm-256color' },
  size: [number, number] = [40, 8],
): Session {
  const daemon = new FakeDaemon();
  const terminal = new FakeTerminal(...size);
  const end = attachClient(daemon, {
    target: 'work',
    cwd: '/',
    env,
    tty: '/dev/pts/9',
    host: 'laptop',
    input: terminal.input,
    output: terminal.output,
  });
  end.catch(() => {});
  return { daemon, terminal, end };
}

/** Attached, with both panes drawn. */
export async function attached(): Promise<Session> {
  const session = begin();
  const { daemon, terminal } = session;
  daemon.acceptAttach();
  daemon.screen();
  daemon.frame('a', ['left', '$', '', '', '', '', '']);
  daemon.frame('b', ['right', '', '', '', '', '', ''], { cols: 19 });
  await terminal.shows((rows) => rows[0] === `${'left'.padEnd(20)}│right`, 'both panes');
  return session;
}

export async function detach({ daemon, end }: Session): Promise<AttachEnd> {
  daemon.deliver(messages.DETACHED, { reason: 'detached', message: '' });
  return end;
}
