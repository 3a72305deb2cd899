import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { FlakyProxy, type ProxyOptions } from '../support/flaky-proxy.ts';
import { freePort } from '../support/two-hosts.ts';
import { succeeds } from './programs.ts';

const SSHD = '/usr/sbin/sshd';

/**
 * What the portal is compared with: sshfs for files and ssh with one kept connection
 * (ControlMaster) for commands, to an sshd of its own behind the same kind of network.
 */
export class SshPeer {
  /** Words before a command line that is to run on the host. */
  readonly command: readonly string[];
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #proxy: FlakyProxy;
  readonly #options: readonly string[];
  readonly #control: readonly string[];
  readonly #login = `${userInfo().username}@127.0.0.1`;
  readonly #mounts: string[] = [];

  private constructor(folder: string, key: string, server: ChildProcess, proxy: FlakyProxy) {
    this.#folder = folder;
    this.#server = server;
    this.#proxy = proxy;
    const settings = [`IdentityFile=${key}`, 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
    this.#options = ['-p', String(proxy.port), ...settings.flatMap((setting) => ['-o', setting])];
    this.#control = ['-S', join(folder, 'control')];
    this.command = ['ssh', ...this.#options, '-q', ...this.#control, this.#login];
  }

  /** undefined where sshd or sshfs are missing. */
  static async start(network: ProxyOptions): Promise<SshPeer | undefined> {
    if (spawnSync(SSHD, ['-V']).error || spawnSync('sshfs', ['--version']).error) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-ssh-'));
    const key = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const port = await freePort();
    const configuration = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${key}`,
      `AuthorizedKeysFile ${key}.pub`,
      'StrictModes no',
      'UsePAM no',
      `PidFile ${folder}/pid`,
      'Subsystem sftp internal-sftp',
      'PermitRootLogin yes',
      // Else each command would run the user's .bashrc, which is not ssh's fault.
      `SetEnv HOME=${folder}`,
    ];
    writeFileSync(join(folder, 'sshd'), `${configuration.join('\n')}\n`);
    mkdirSync('/run/sshd', { recursive: true });
    const server = spawn(SSHD, ['-D', '-f', join(folder, 'sshd')], { stdio: 'ignore' });
    const peer = new SshPeer(folder, key, server, await FlakyProxy.start(port, network));
    try {
      await eventually(() =>
        succeeds([
          'ssh',
          ...peer.#options,
          '-q',
          ...peer.#control,
          '-o',
          'ControlMaster=yes',
          '-fN',
          peer.#login,
        ]),
      );
    } catch (error) {
      peer.close();
      throw error;
    }
    return peer;
  }

  /** Mounts a folder of the host anew, with nothing cached; where it is seen. */
  async mount(project: string): Promise<string> {
    const mount = mkdtempSync(join(this.#folder, 'mount-'));
    this.#mounts.push(mount);
    if (!(await succeeds(['sshfs', ...this.#options, `${this.#login}:${project}`, mount])))
      throw new Error('sshfs does not mount');
    return mount;
  }

  close(): void {
    for (const mount of this.#mounts) spawnSync('fusermount3', ['-u', '-z', mount]);
    spawnSync('ssh', [...this.#control, '-O', 'exit', this.#login], { stdio: 'ignore' });
    this.#server.kill();
    this.#proxy.dispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
