import { join } from 'node:path';
import { bytesOf } from '../base/byte-text.ts';
import { fileLog } from '../base/log.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { ensureDaemon } from '../client/ensure-daemon.ts';
import { PortalGuard } from '../portal/portal-guard.ts';
import type { PortalOptions, PortalSettings } from '../portal/portal-options.ts';
import type { Connection } from '../transport/types.ts';
import { requireAgent } from './agent.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { exactWords } from './exact-words.ts';
import { type PortalArguments, parsePortalArguments } from './portal-arguments.ts';
import { portalSettings } from './portal-settings.ts';

/** How long the host may take to answer the first time, ms; afterwards a lost connection is waited for. */
const CONNECT_PATIENCE_MS = 10_000;

/** `zmx portal HOST:DIR [-- PROGRAM]`: an agent here, its files and commands on a host. */
export async function runPortal(args: GlobalArguments): Promise<number> {
  const wanted = parsePortalArguments(exactWords(args.command.slice(1)));
  const place = placeOf(args);
  if (wanted.explain) {
    const settings = await withDaemon(place, portalSettings);
    const { explain } = await import('./explain.ts');
    await explain(wanted.explain, wanted.root ?? process.cwd(), settings);
    return 0;
  }
  if (wanted.forwardAgent) requireAgent();
  // Dialled first: its round trips pass while the daemon here is asked, and all that waits for neither is done.
  const connection = connectTo(place, wanted.place.host);
  const connected = connection.ready(CONNECT_PATIENCE_MS);
  connected.catch(() => {}); // told to whoever waits
  const loading = import('../portal/portal.ts'); // most of this program
  try {
    return await withDaemon(place, async (local) =>
      open(place, wanted, local, { connection, connected }, await portalSettings(local), await loading),
    );
  } finally {
    connection.dispose();
  }
}

/** With a connection to the daemon of this machine, which is started if need be. */
async function withDaemon<T>(place: ServerPlace, use: (local: Connection) => Promise<T>): Promise<T> {
  await ensureDaemon(place);
  const local = connectTo(place, undefined);
  try {
    await local.ready(CONNECT_PATIENCE_MS);
    return await use(local);
  } finally {
    local.dispose();
  }
}

async function open(
  place: ServerPlace,
  wanted: PortalArguments,
  local: Connection,
  remote: Pick<PortalOptions, 'connection' | 'connected'>,
  settings: PortalSettings,
  { Portal }: typeof import('../portal/portal.ts'),
): Promise<number> {
  const { host, path } = wanted.place;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  const portal = new Portal({
    ...remote,
    guard: new PortalGuard(local, host),
    path,
    at: wanted.at,
    also: wanted.also,
    program: wanted.program,
    env,
    forwardAgent: wanted.forwardAgent,
    runtimeFolder: place.runtime,
    stateFolder: join(place.state, 'portal'),
    settings,
    notice: (line) => process.stderr.write(bytesOf(`zmx portal: ${line}\n`)),
    log: fileLog(join(place.state, 'portal.log'), 'portal'),
  });
  return await portal.run();
}
