import { nanoid } from 'nanoid';
import type { Disposable } from '../../src/base/disposable.ts';
import { connect } from '../../src/client/connection.ts';
import type { Body } from '../../src/protocol/message.ts';
import { COMMAND, type RESULT } from '../../src/protocol/messages/sessions.ts';
import type { CommandOutcome, ZmxUser } from './zmx-user.ts';

/**
 * A user's commands over one connection to a daemon that runs: for tests that ask often, since
 * each `zmx` of its own takes a busy machine half a second. It outlives the daemon.
 */
export class CommandSession implements Disposable {
  readonly #user: ZmxUser;
  readonly #connection: ReturnType<typeof connect>;

  constructor(user: ZmxUser) {
    this.#user = user;
    this.#connection = connect({ kind: 'ipc', path: `${user.temp.folders.runtime}/default/zmxd.sock` });
  }

  async run(...argv: string[]): Promise<CommandOutcome> {
    const { home } = this.#user.temp;
    const answer = await this.#connection.request(COMMAND, { op: nanoid(), argv, cwd: home, pane: '' });
    const [out, err] = (answer.payload ?? []).map((bytes) => Buffer.from(bytes).toString());
    return { code: (answer.body as Body<typeof RESULT>).status, out: out ?? '', err: err ?? '' };
  }

  /** As `run`, and the command must succeed; returns its output without the last line end. */
  async ok(...argv: string[]): Promise<string> {
    const { code, out, err } = await this.run(...argv);
    if (code !== 0) throw new Error(`${argv.join(' ')}: status ${code}: ${err}${out}`);
    return out.replace(/\n$/, '');
  }

  dispose(): void {
    this.#connection.dispose();
  }
}
