import { plain } from '../../src/portal/agents/profile.ts';
import type { RemoteSurroundings } from '../../src/portal/exec/remote-command.ts';
import type { RuleSurroundings } from '../../src/portal/exec/rules.ts';
import type { ShimRequest } from '../../src/portal/exec/shim-request.ts';

export const SHIM = '/run/user/1000/zmxd/p-1/shim';

/** A command as the shim tells of it: by `bash`, in the project, without input. */
export function request(argv: readonly string[], more: Partial<ShimRequest> = {}): ShimRequest {
  return {
    file: argv[0]!.includes('/') ? argv[0]! : `/usr/bin/${argv[0]!.replace(/^-/, '')}`,
    argv,
    cwd: '/srv/app',
    env: new Map(),
    umask: 0o22,
    terminal: { stdin: false, stdout: false, stderr: false },
    job: false,
    noInput: true,
    rows: 24,
    cols: 80,
    ...more,
  };
}

/** A portal of /srv/app by a laptop that has what is in /home/me and /usr. */
export function surroundings(
  more: Partial<RuleSurroundings & RemoteSurroundings> = {},
): RuleSurroundings & RemoteSurroundings {
  return {
    root: '/srv/app',
    remoteRoot: '/srv/app',
    renamed: new Map(),
    also: ['/tmp/zmx-portal-1'],
    agent: plain,
    userLocal: [],
    userRemote: [],
    shimPath: SHIM,
    existsHere: (path) => path.startsWith('/home/me/') || path.startsWith('/usr/'),
    remoteHas: (name) => ['sh', 'bash', 'git', 'rg', 'make', 'cargo'].includes(name),
    scratch: '/tmp/zmx-portal-1',
    agentSocket: undefined,
    agentEnv: new Map([
      ['PATH', '/usr/bin'],
      ['TERM', 'xterm'],
      ['LOCAL', 'same'],
    ]),
    ...more,
  };
}
