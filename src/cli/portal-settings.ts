import { nanoid } from 'nanoid';
import type { PortalSettings } from '../portal/portal-options.ts';
import { COMMAND } from '../protocol/messages/sessions.ts';
import type { Connection } from '../transport/types.ts';

/** The portal's options, as this machine's daemon has them. */
export async function portalSettings(local: Connection): Promise<PortalSettings> {
  const names = ['portal-timeout', 'portal-orphan-timeout', 'portal-local', 'portal-remote'] as const;
  const [timeout, orphanTimeout, here, there] = await Promise.all(
    names.map((name) => optionLines(local, name)),
  );
  return {
    timeoutMs: Number(timeout?.[0]) * 1000,
    orphanTimeoutMs: Number(orphanTimeout?.[0]) * 1000,
    local: here ?? [],
    remote: there ?? [],
  };
}

/** A line for each element of the option. */
async function optionLines(local: Connection, name: string): Promise<string[]> {
  const answer = await local.request(COMMAND, {
    op: nanoid(),
    argv: ['show-options', '-sv', name],
    cwd: '/',
  });
  const text = Buffer.from(answer.payload[0] ?? []).toString();
  return text.split('\n').filter((line) => line !== '');
}
