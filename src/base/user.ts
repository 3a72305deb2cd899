import { userInfo } from 'node:os';

/** Who runs this process. */
export interface User {
  readonly uid: number;
  /** The login name, or the number where there is none. */
  readonly name: string;
  readonly home: string;
  /** Login shell of the passwd entry; undefined: there is none. */
  readonly shell: string | undefined;
}

export interface PasswdEntry {
  readonly username: string;
  readonly homedir: string;
  readonly shell: string | null;
}

/**
 * The user, by the environment as login(1) left it and by the passwd entry. A uid may have
 * none, as in a container that was started for a bare number; `userInfo` throws there.
 */
export function currentUser(
  env: NodeJS.ProcessEnv = process.env,
  passwdEntry: () => PasswdEntry = userInfo,
): User {
  const uid = process.getuid?.() ?? 0;
  const entry = ifAny(passwdEntry);
  return {
    uid,
    name: entry?.username ?? (env.USER || env.LOGNAME || String(uid)),
    home: env.HOME || entry?.homedir || '/',
    shell: entry?.shell ?? undefined,
  };
}

function ifAny(passwdEntry: () => PasswdEntry): PasswdEntry | undefined {
  try {
    return passwdEntry();
  } catch {
    return undefined;
  }
}
