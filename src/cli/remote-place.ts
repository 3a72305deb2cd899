import { ZmxError } from '../protocol/errors.ts';

/** A folder or file on a host, `devbox:/srv/app`; a bare `devbox` has the home folder. */
export interface RemotePlace {
  readonly host: string;
  /** Absolute, or '' for the home folder. */
  readonly path: string;
}

/** As scp reads it: what has a colon before the first slash is on a host. */
export function isRemotePlace(text: string): boolean {
  return /^[^/:]+:/.test(text);
}

/** @throws ZmxError `usage` for a relative path: the remote has no folder that it could be relative to but HOME, which HOST alone says. */
export function parseRemotePlace(text: string): RemotePlace {
  const match = /^([^/:]+)(?::(.*))?$/s.exec(text);
  if (!match) throw new ZmxError('usage', `${text} is not HOST or HOST:FOLDER`);
  const [, host = '', path = ''] = match;
  if (path !== '' && !path.startsWith('/'))
    throw new ZmxError(
      'usage',
      `${text}: name the folder from / on, or ${host} alone for the home folder there`,
    );
  return { host, path: path.length > 1 ? path.replace(/\/+$/, '') : path };
}
