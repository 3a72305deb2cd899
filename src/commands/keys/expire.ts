import type { AttachedClient } from '../../model/client.ts';
import type { Host } from '../context.ts';
import { runTemplate } from '../prompt/answer.ts';

/**
 * Ends what a client shows only for a time: messages, pane numbers, a repetition.
 * Returns when (ms since 1970) to call it again; undefined: nothing is waiting.
 */
export async function expire(host: Host, client: AttachedClient, op: string): Promise<number | undefined> {
  const now = host.server.now();
  if (client.message && client.message.until !== 0 && client.message.until <= now) client.message = undefined;
  if (client.repeatUntil !== 0 && client.repeatUntil < now) {
    client.keyTable = '';
    client.repeatUntil = 0;
  }
  const { overlay } = client;
  if (overlay?.kind === 'pane-numbers' && overlay.until !== 0 && overlay.until <= now) {
    client.overlay = undefined;
    if (overlay.rest !== '') await runTemplate(host, client, { ...overlay, template: '' }, [], op);
  }
  return nextExpiry(client);
}

/** When something that a client shows ends by itself, ms since 1970. */
export function nextExpiry({ message, overlay, repeatUntil }: AttachedClient): number | undefined {
  const times = [
    message?.until,
    overlay?.kind === 'pane-numbers' ? overlay.until : 0,
    // A key at the very moment still repeats.
    repeatUntil === 0 ? 0 : repeatUntil + 1,
  ].filter((time) => time !== undefined && time !== 0);
  return times.length > 0 ? Math.min(...(times as number[])) : undefined;
}
