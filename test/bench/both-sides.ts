import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import type { ProxyOptions } from '../support/flaky-proxy.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { output } from './programs.ts';
import { COMMIT, makeSampleProject } from './sample-project.ts';
import { SshPeer } from './ssh-peer.ts';

export interface Run {
  readonly out: string;
  /** From starting the program (with the portal around it) to its end, ms. */
  readonly wall: number;
}

/** One of this folder's programs as a command line. */
export function load(name: string): readonly string[] {
  return [process.execPath, join(packageRoot, 'dist', 'test', 'bench', `${name}.js`)];
}

/** A load on a new sample project of this machine. */
export function locally(program: readonly string[]): Promise<Run> {
  return withProject((project) => timed(() => output([...program, project])));
}

/** The same with the project on a host behind such a network, through the portal. */
export async function throughPortal(program: readonly string[], network: ProxyOptions): Promise<Run> {
  const hosts = await PortalHosts.connect(network);
  try {
    makeSampleProject(hosts.there(hosts.project));
    await hosts.hosts.laptop.ok('exec', `devbox:${hosts.project}`, '--', 'sh', '-c', COMMIT);
    return await timed(async () => {
      const { code, out, err } = await hosts.portal([...program, hosts.project]).ended;
      if (code !== 0) throw new Error(`the portal ended with ${code}: ${err}`);
      return out;
    });
  } finally {
    await hosts.close();
  }
}

/** The same over a mount of sshfs that stands, with commands by ssh. undefined where these are missing. */
export async function throughSsh(
  program: readonly string[],
  network: ProxyOptions,
): Promise<Run | undefined> {
  const peer = await SshPeer.start(network);
  if (!peer) return undefined;
  try {
    return await withProject(async (project) => {
      const mount = await peer.mount(project);
      return timed(() => output([...program, mount, project, ...peer.command]));
    });
  } finally {
    peer.close();
  }
}

async function timed(run: () => Promise<string>): Promise<Run> {
  const begin = performance.now();
  const out = await run();
  return { out, wall: performance.now() - begin };
}

async function withProject<T>(run: (project: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-project-'));
  try {
    const project = join(folder, 'project');
    mkdirSync(project);
    makeSampleProject(project);
    await output(['sh', '-c', COMMIT], { cwd: project });
    return await run(project);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
