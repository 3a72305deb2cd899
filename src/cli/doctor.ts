import { spawnSync } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import * as zmq from 'zeromq';
import { readHosts } from '../auth/hosts.ts';
import { native } from '../base/native.ts';
import { nativePath } from '../base/package-root.ts';
import { openDevice } from '../portal/mount.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';

/** A host that has not answered by then is told as such, ms. */
const HOST_PATIENCE_MS = 5000;

interface Finding {
  readonly what: string;
  /** Undefined: it is all right. */
  readonly problem?: string | undefined;
  /** What is lost by it; a mark for those without which nothing works. */
  readonly costs: 'zmx' | 'zmx portal' | 'zmx mount' | 'a rebuild' | 'that host';
}

/** `zmx doctor`: a line for each thing that zmx needs, with the remedy where it is missing. */
export async function runDoctor(args: GlobalArguments): Promise<number> {
  const findings = [...checks(), ...(await hosts(args))];
  for (const { what, problem, costs } of findings)
    process.stdout.write(problem ? `✗ ${what}: ${problem} (needed for ${costs})\n` : `✓ ${what}\n`);
  return findings.some(({ problem }) => problem) ? 1 : 0;
}

function checks(): Finding[] {
  return [
    { what: `node ${process.version}`, problem: nodeProblem(), costs: 'zmx' },
    { what: 'addon', problem: failure(() => native()), costs: 'zmx' },
    { what: `ZeroMQ ${zmq.version} with CURVE`, problem: curveProblem(), costs: 'zmx' },
    { what: 'terminal', problem: terminalProblem(), costs: 'zmx' },
    { what: '/dev/fuse', problem: failure(() => closeSync(openDevice())), costs: 'zmx portal' },
    { what: 'namespaces', problem: namespaceProblem(), costs: 'zmx portal' },
    { what: 'exec shim', problem: shimProblem(), costs: 'zmx portal' },
    { what: 'fusermount3', problem: missing('fusermount3', 'sudo apt install fuse3'), costs: 'zmx mount' },
    { what: 'C compiler', problem: missing('cc', 'sudo apt install build-essential'), costs: 'a rebuild' },
  ];
}

async function hosts(args: GlobalArguments): Promise<Finding[]> {
  const place = placeOf(args);
  return Promise.all(
    readHosts(place.config).map(async ({ name }): Promise<Finding> => {
      const connection = connectTo(place, name);
      try {
        await connection.ready(HOST_PATIENCE_MS);
        const { state } = connection;
        const time = state.kind === 'live' ? ` (${Math.round(state.roundTripMs)} ms)` : '';
        return { what: `host ${name}${time}`, costs: 'that host' };
      } catch (error) {
        const problem = `${(error as Error).message}; is the daemon there running with --listen, and this key authorised (zmx key)?`;
        return { what: `host ${name}`, problem, costs: 'that host' };
      } finally {
        connection.dispose();
      }
    }),
  );
}

function nodeProblem(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 17) ? undefined : 'install Node 20.17 or newer';
}

function curveProblem(): string | undefined {
  return zmq.capability.curve ? undefined : 'built without CURVE; run: npm rebuild zeromq';
}

function terminalProblem(): string | undefined {
  const { TERM = '' } = process.env;
  return TERM === '' || TERM === 'dumb'
    ? `TERM is '${TERM}'; set it to what your terminal is, e.g. xterm-256color`
    : undefined;
}

/** As the launcher does it; unshare(1) has no business with anything else of ours. */
function namespaceProblem(): string | undefined {
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-current-user', '--mount'];
  const tried = spawnSync('unshare', [...flags, 'true'], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `${(tried.stderr || String(tried.error)).trim()}; run: sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=15000 (those that exist)`;
}

function shimProblem(): string | undefined {
  return existsSync(nativePath('shim')) && existsSync(nativePath('launcher'))
    ? undefined
    : 'not built; run: npm rebuild zmx';
}

function missing(program: string, remedy: string): string | undefined {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
    ? undefined
    : `not installed; run: ${remedy}`;
}

function failure(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
