import { bootId } from '../../base/boot-id.ts';
import type { ServerFacts } from '../../model/server.ts';

/** Where and in which life of its machine something was written. */
export interface Origin {
  readonly host: string;
  readonly home: string;
  /** Linux's boot_id, '' where it cannot be read. */
  readonly boot: string;
}

export function presentOrigin({ host, home }: ServerFacts): Origin {
  return { host, home, boot: bootId() };
}

/** What is to be said of a state that was written elsewhere, or before the machine was started again. */
export function describeMove(from: Origin, to: Origin): string | undefined {
  if (from.host !== to.host) return `from ${from.host}`;
  if (from.home !== to.home) return `from a home at ${from.home}`;
  return from.boot !== to.boot ? 'from before this machine was started' : undefined;
}
