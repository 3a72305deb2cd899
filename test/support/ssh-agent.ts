import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
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
    // Its socket is there a moment before it listens.
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    try {
      await eventually(() => spawnSync('ssh-add', ['-q', key], { env }).status === 0, {
        what: 'the agent takes the key',
      });
    } catch (error) {
      agent.dispose();
      throw error;
    }
    return agent;
  }

  dispose(): void {
    this.#process.kill();
  }
}
