import { findHost, type Host } from '../auth/hosts.ts';
import { type KeyPair, loadKeyPair } from '../auth/keys.ts';
import { type ServerPlace, serverPlace } from '../base/server-place.ts';
import { connect } from '../client/connection.ts';
import { knownEpoch } from '../client/known-epoch.ts';
import type { Connection, Endpoint } from '../transport/types.ts';
import type { GlobalArguments } from './arguments.ts';

type TcpEndpoint = Extract<Endpoint, { kind: 'tcp' }>;

/** The daemon's place that -L and -S name, or the one that this pane belongs to ($ZMX), or the default. */
export function placeOf(args: GlobalArguments): ServerPlace {
  if (args.socketPath !== undefined) return serverPlace({ path: args.socketPath });
  if (args.socketName !== undefined) return serverPlace({ name: args.socketName });
  const inPane = process.env.ZMX?.split(',')[0];
  const usual = serverPlace({});
  if (!inPane || inPane === usual.socket) return usual;
  const named = /([^/]+)\/zmxd\.sock$/.exec(inPane)?.[1];
  const place = named === undefined ? undefined : serverPlace({ name: named });
  return place?.socket === inPane ? place : serverPlace({ path: inPane });
}

/** Connects to this machine's daemon, or to a configured host's. */
export function connectTo(place: ServerPlace, host: string | undefined): Connection {
  if (host === undefined) return connect({ kind: 'ipc', path: place.socket }, {});
  const endpoint = hostEndpoint(place, host);
  return connect(endpoint, { keys: ownKeys(place), known: knownEpoch(place.state, endpoint) });
}

/** @throws ZmxError when no host of this name is configured. */
function hostEndpoint(place: ServerPlace, host: string): TcpEndpoint {
  return endpointOf(findHost(place.config, host));
}

export function ownKeys(place: ServerPlace): KeyPair {
  return loadKeyPair(place.config);
}

function endpointOf({ address, port, serverKey }: Host): TcpEndpoint {
  return { kind: 'tcp', address, port, serverKey };
}
