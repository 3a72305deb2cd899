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

/**
 * @param atStart environment that the agent was started with: what differs from it was set on purpose.
 * @param markers the agent's own names that its commands look for.
 */
export function remoteEnvironment(
  env: ReadonlyMap<string, string>,
  atStart: ReadonlyMap<string, string>,
  markers: readonly string[],
  scratch: string,
): Record<string, string> {
  const result: Record<string, string> = { TMPDIR: scratch };
  for (const [name, value] of env) {
    if (!isName(name) || SECRET.test(name)) continue;
    const wanted =
      matchesAny(name, markers) ||
      matchesAny(name, ALWAYS) ||
      (atStart.get(name) !== value && !matchesAny(name, NEVER));
    if (wanted) result[name] = value;
  }
  return result;
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
