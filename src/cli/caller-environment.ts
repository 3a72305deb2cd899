/** What describes the terminal and the language; the rest of an environment names things of its own machine, or is a secret. */
const TRAVELS = /^(TERM|COLORTERM|LANG|LANGUAGE|LC_\w+|TZ|NO_COLOR)$/;

/**
 * The caller's environment, as a daemon is told it: whole for the one of this machine,
 * which takes from it what `update-environment` names, and for another host's only what
 * means the same there.
 */
export function callerEnvironment(host: string | undefined): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && (host === undefined || TRAVELS.test(name))) env[name] = value;
  return env;
}
