import { Environment } from '../model/environment.ts';

/** The daemon's own environment without what belongs to the pane or command that happened to start it. */
export function plainEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !/^ZMX(_PANE)?$/.test(name)) env[name] = value;
  return env;
}

/** What the daemon has from this life of the machine counts; what only the sessions had stays. */
export function environmentAfterMove(
  before: Environment,
  now: Readonly<Record<string, string | undefined>>,
): Environment {
  const merged = new Environment(before.data());
  for (const [name, value] of Object.entries(now)) if (value !== undefined) merged.set(name, value);
  return merged;
}
