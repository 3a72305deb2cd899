import { ZmxError } from '../protocol/errors.ts';

/** This machine's ssh agent, which somebody asked to be lent. @throws ZmxError where there is none. */
export function requireAgent(): string {
  const agent = process.env.SSH_AUTH_SOCK;
  if (agent) return agent;
  throw new ZmxError(
    'no-agent',
    '--forward-agent: no ssh agent runs here (SSH_AUTH_SOCK is not set); start one with: eval "$(ssh-agent)"',
  );
}
