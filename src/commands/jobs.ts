import type { Host } from './context.ts';

/** A #() command is not run again within this time, ms: a status line may be expanded at each key. */
const JOB_INTERVAL_MS = 1000;

/**
 * The #() commands of formats. A format never waits: it gets the last line of the
 * last run, and a new run begins when that is old.
 */
export function jobsOf({ server, effects }: Host): (command: string) => string {
  return (command) => {
    const job = server.jobs.get(command) ?? { output: '', startedAt: 0, running: false };
    server.jobs.set(command, job);
    const now = server.now();
    if (!job.running && now - job.startedAt >= JOB_INTERVAL_MS) {
      job.running = true;
      job.startedAt = now;
      const env = server.environment.over({});
      effects
        .shell({ op: '', command, cwd: server.facts.home, env })
        .then(({ output }) => {
          job.output = output.trimEnd().split('\n').at(-1) ?? '';
        })
        .catch(() => {
          job.output = `<'${command}' failed>`;
        })
        .finally(() => {
          job.running = false;
        });
    }
    return job.output;
  };
}
