import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nanoid } from 'nanoid';
import { entryPath } from '../../src/base/package-root.ts';
import { eventually } from './eventually.ts';
import type { ProxyOptions } from './flaky-proxy.ts';
import { connectTwoHosts, type DevboxOptions, type TwoHosts } from './two-hosts.ts';

export interface PortalRun {
  /** The process of `zmx portal`. */
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly seen: { out: string; err: string };
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; out: string; err: string }>;
}

/** What the scripts of agents have: programs run to their end, and what they said. */
const PRELUDE = `
const fs = require('node:fs');
const { spawn, spawnSync } = require('node:child_process');
const run = (file, args = [], options = {}) => {
  const { status, signal, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', input: '', ...options });
  return { status, signal, out: stdout, err: stderr };
};
const sh = (line, options) => run('bash', ['-c', line], options);
const tell = (value) => console.log(JSON.stringify(value));
`;

/** A laptop with agents, and a devbox with their project. */
export class PortalHosts {
  readonly hosts: TwoHosts;
  /** Where the project is on devbox; on the laptop there is no such folder. */
  readonly project = `/srv/${nanoid()}`;

  readonly #portals: ChildProcess[] = [];

  private constructor(hosts: TwoHosts) {
    this.hosts = hosts;
  }

  static async connect(
    network: number | ProxyOptions = 0,
    devbox: Omit<DevboxOptions, 'isolated'> = {},
  ): Promise<PortalHosts> {
    const hosts = await connectTwoHosts(network, { ...devbox, isolated: true });
    const portals = new PortalHosts(hosts);
    mkdirSync(portals.there(portals.project));
    return portals;
  }

  /** Runs a shell script on devbox, as its root and in its project; returns the output. */
  onDevbox(script: string): string {
    const line = ['sh', '-ec', `cd "$1"; ${script}`, 'sh', this.project];
    const [program = '', ...args] = this.hosts.onDevbox(line);
    return execFileSync(program, args, { encoding: 'utf8' });
  }

  /** Where a path of devbox is for this test, which runs on the laptop. */
  there(path: string): string {
    return this.hosts.devboxRoot + path;
  }

  /** Makes a file of the project on devbox. */
  write(name: string, content: string, mode = 0o644): void {
    const path = this.there(join(this.project, name));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  }

  read(name: string): string {
    return readFileSync(this.there(join(this.project, name)), 'utf8');
  }

  /**
   * An agent: this script by node on the laptop, in a portal.
   * @param flags of `zmx portal`.
   */
  agent(script: string, env: Record<string, string> = {}, flags: readonly string[] = []): PortalRun {
    return this.portal([process.execPath, '-e', PRELUDE + script], env, flags);
  }

  /** An agent of this name, so that the portal knows it: this script as a program in the laptop's home folder. */
  agentNamed(name: string, script: string): PortalRun {
    const program = join(this.hosts.laptop.temp.home, name);
    writeFileSync(program, `#!${process.execPath}\n${PRELUDE}${script}`, { mode: 0o755 });
    return this.portal([program]);
  }

  /** @param flags of `zmx portal`. */
  portal(
    program: readonly string[],
    env: Record<string, string> = {},
    flags: readonly string[] = [],
  ): PortalRun {
    const argv = [entryPath('cli/zmx'), 'portal', `devbox:${this.project}`, ...flags, '--', ...program];
    const child = spawn(process.execPath, argv, {
      env: { ...this.hosts.laptop.env, ...env },
      cwd: this.hosts.laptop.temp.home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#portals.push(child);
    const seen = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      seen.err += text;
    });
    const ended: PortalRun['ended'] = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, ...seen }));
    });
    return { child, seen, ended };
  }

  /** Resolves when nothing of any portal is left on either side. */
  async nothingLeft(): Promise<void> {
    const { laptop, devbox } = this.hosts;
    const left = () => [
      ...portalProcesses(laptop.processes()),
      ...portalProcesses(devbox.processes()),
      ...readdirSync(this.there('/srv/tmp')),
      ...readdirSync(join(laptop.temp.folders.runtime, 'default')).filter((name) => name.startsWith('p-')),
      ...readdirSync('/srv').filter((name) => join('/srv', name) === this.project),
    ];
    await eventually(() => {
      const now = left();
      if (now.length > 0) throw new Error(`left behind: ${now.join(', ')}`);
      return true;
    });
  }

  /** Ends what is left of its portals, too: after a failure, it must not hide behind them. */
  close(): Promise<void> {
    for (const child of this.#portals) child.kill('SIGKILL');
    return this.hosts.close();
  }
}

/** Those that run in or for a portal, or are one. */
function portalProcesses(pids: readonly number[]): string[] {
  return pids.flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      const marked = readFileSync(`/proc/${pid}/environ`, 'latin1').includes('\0ZMX_PORTAL=');
      return marked || / portal devbox:/.test(line) ? [`${pid} ${line}`] : [];
    } catch {
      return [];
    }
  });
}
