import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../src/base/disposable.ts';
import { eventually } from './eventually.ts';

/** A real ssh-agent with one key, whose comment tells it from others in `ssh-add -l`. */
export class SshAgent implements Disposable {
  readonly socket: string;
  readonly #process: ChildProcess;

  private constructor(socket: string, child: ChildProcess) {
    this.socket = socket;
    this.#process = child;
  }

  static async start(folder: string, comment: string): Promise<SshAgent> {
    const socket = join(folder, `${comment}.agent`);
    const key = join(folder, comment);
    const agent = new SshAgent(socket, spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', key]);
    await eventually(() => existsSync(socket), { what: 'the agent listens' });
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    return agent;
  }

  dispose(): void {
    this.#process.kill();
  }
}
