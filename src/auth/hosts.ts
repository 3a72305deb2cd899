import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { ensurePrivateFolder } from '../base/folders.ts';
import { ZmxError } from '../protocol/errors.ts';
import { formatKey, parseKey } from './z85.ts';

/** A daemon elsewhere, by the name that the user gave it. */
export interface Host {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Z85 public key of that daemon. */
  readonly serverKey: string;
  /** Sessions there may ask this machine's ssh agent while one is attached from here. */
  readonly forwardAgent: boolean;
}

/** Word after the key in the file. */
const FORWARD_AGENT = 'forward-agent';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Reads `tcp://ADDRESS:PORT`, an IPv6 address in brackets.
 * @throws ZmxError `invalid`.
 */
export function parseTcpAddress(text: string): { address: string; port: number } {
  const match = /^(?:tcp:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535)
    throw new ZmxError('invalid', `'${text}' is not an address: it takes tcp://ADDRESS:PORT`);
  return { address: match[1] ?? match[2] ?? '', port };
}

export function formatTcpAddress(address: string, port: number): string {
  return `tcp://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** @throws ZmxError `hosts-file` for a line that cannot be read. */
export function readHosts(folder: string): Host[] {
  const path = join(folder, 'hosts');
  let file: string;
  try {
    file = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const hosts: Host[] = [];
  for (const [index, line] of file.split('\n').entries()) {
    const [name, address, key, ...words] = line.trim().split(/\s+/);
    if (!name || name.startsWith('#')) continue;
    try {
      const serverKey = parseKey(key ?? '');
      hosts.push({
        name,
        ...parseTcpAddress(address ?? ''),
        serverKey,
        forwardAgent: words.includes(FORWARD_AGENT),
      });
    } catch (error) {
      throw new ZmxError('hosts-file', `${path}, line ${index + 1}: ${(error as Error).message}`);
    }
  }
  return hosts;
}

/**
 * Adds a host, or replaces the one of the same name.
 * @throws ZmxError `invalid` for a name, an address or a key that is none.
 */
export function addHost(
  folder: string,
  name: string,
  address: string,
  key: string,
  forwardAgent = false,
): Host {
  if (!NAME.test(name))
    throw new ZmxError(
      'invalid',
      `'${name}' cannot name a host: letters, digits, dots and dashes, at most 64`,
    );
  const host = { name, ...parseTcpAddress(address), serverKey: parseKey(key), forwardAgent };
  writeHosts(folder, [...readHosts(folder).filter((other) => other.name !== name), host]);
  return host;
}

/** @throws ZmxError `no-host`. */
export function removeHost(folder: string, name: string): void {
  const host = findHost(folder, name);
  writeHosts(
    folder,
    readHosts(folder).filter((other) => other.name !== host.name),
  );
}

/** @throws ZmxError `no-host` with the names that there are. */
export function findHost(folder: string, name: string): Host {
  const hosts = readHosts(folder);
  const host = hosts.find((candidate) => candidate.name === name);
  if (host) return host;
  const known = hosts.map((other) => other.name).join(', ');
  throw new ZmxError(
    'no-host',
    `no host '${name}'${known ? ` (there are: ${known})` : ''}; add it with: zmx host add ${name} tcp://ADDRESS:PORT KEY`,
  );
}

/** The host's line of the file. */
export function formatHost({ name, address, port, serverKey, forwardAgent }: Host): string {
  const words = [name, formatTcpAddress(address, port), formatKey(serverKey)];
  return [...words, ...(forwardAgent ? [FORWARD_AGENT] : [])].join(' ');
}

function writeHosts(folder: string, hosts: readonly Host[]): void {
  ensurePrivateFolder(folder);
  const lines = hosts.map((host) => `${formatHost(host)}\n`);
  writeFileAtomic(join(folder, 'hosts'), lines, { durable: true });
}
