import type { RemoteSurroundings } from './remote-command.ts';
import { isShared, type RuleSurroundings } from './rules.ts';

/**
 * Which variables go with a command to the remote: what describes the terminal and the
 * language, what the agent set for its commands, and its markers. Not the whole
 * environment: PATH, HOME and the like mean this machine, and keys are nobody else's.
 */

/** Sent as they are, when set. `*` at the end matches any rest. */
const ALWAYS = [
  'TERM',
  'COLORTERM',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'NO_COLOR',
  'FORCE_COLOR',
  'CLICOLOR*',
  'CI',
  'COLUMNS',
  'LINES',
];

/** Never sent, also when a command sets them: they name things of this machine, or secrets. */
const NEVER = [
  ...[
    'PATH',
    'HOME',
    'SHELL',
    'USER',
    'LOGNAME',
    'PWD',
    'OLDPWD',
    'SHLVL',
    '_',
    'HOSTNAME',
    'TMPDIR',
    'MAIL',
  ],
  ...[
    'XDG_*',
    'SSL_CERT_*',
    'NODE_EXTRA_CA_CERTS',
    'SSH_*',
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'DBUS_*',
    'ZMX*',
    'TMUX*',
  ],
  ...[
    'LD_*',
    'NODE_OPTIONS',
    'NODE_PATH',
    'PYTHONHOME',
    'VIRTUAL_ENV',
    'INIT_CWD',
    'npm_*',
    'BASH_ENV',
    'ENV',
  ],
  ...['GIT_ASKPASS', 'GIT_EXEC_PATH', 'EDITOR', 'VISUAL'],
];

/** Secrets are recognised by their names. */
const SECRET = /(_|^)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)/i;

/** What the agent's command finds in its environment there, over the host's own. */
export function remoteEnvironment(
  env: ReadonlyMap<string, string>,
  around: Pick<RemoteSurroundings, 'agent' | 'agentEnv' | 'scratch' | 'agentSocket'> &
    Pick<RuleSurroundings, 'root' | 'also'>,
): Record<string, string> {
  const result: Record<string, string> = { TMPDIR: around.scratch };
  if (around.agentSocket !== undefined) result.SSH_AUTH_SOCK = around.agentSocket;
  for (const [name, value] of env) {
    if (!isName(name) || SECRET.test(name)) continue;
    const setForCommand = around.agentEnv.get(name) !== value && !matchesAny(name, NEVER);
    if (
      matchesAny(name, ALWAYS) ||
      matchesAny(name, around.agent.remoteEnv) ||
      (setForCommand && !namesThisMachine(value, around))
    )
      result[name] = value;
  }
  return result;
}

/** A value, or one of a list of values, that is a path outside of what both sides have. */
function namesThisMachine(value: string, around: Pick<RuleSurroundings, 'root' | 'also'>): boolean {
  return value
    .split(':')
    .some((part) => part.startsWith('/') && part !== '/dev/null' && !isShared(part, around));
}

function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/** Exported bash functions and the like have names that no other shell can take. */
function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
