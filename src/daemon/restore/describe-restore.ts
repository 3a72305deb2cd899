import { shownName } from '../../base/exported-function.ts';
import type { Pane } from '../../model/pane.ts';
import { localTime } from '../../model/restoration.ts';
import type { Server } from '../../model/server.ts';
import { showable } from './offered-command.ts';
import type { Origin } from './origin.ts';
import { planPane } from './restore-plan.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Lines for people: which snapshots there are, and what a restore would do. */

export function listSnapshots(snapshots: SnapshotFolder): string[] {
  const damaged: string[] = [];
  const lines = snapshots
    .list((name, why) => damaged.push(`  -  ${name} cannot be used: ${why}`))
    .map(({ time, origin, model }, i) => {
      const { sessions, windows } = model;
      const panes = windows.reduce((sum, window) => sum + window.panes.length, 0);
      const names = sessions.map(({ name }) => name).join(', ');
      const counts = `${count(sessions.length, 'session')}, ${count(windows.length, 'window')}, ${count(panes, 'pane')}`;
      return `${String(i + 1).padStart(3)}  ${localTime(time, true)}  ${origin.host}  ${counts}: ${names}`;
    });
  return [...lines, ...damaged];
}

/**
 * What would become of each pane.
 * @param scratch a server made from the state, which nothing else uses.
 * @param present whether a session of this name lives.
 */
export function describeSessions(
  scratch: Server,
  from: { readonly time: number; readonly origin: Origin | undefined },
  present: (name: string) => boolean,
): string[] {
  const { host = scratch.facts.host, home = scratch.facts.home } = from.origin ?? {};
  const lines = [`the sessions of ${localTime(from.time, true)} on ${host}`];
  for (const session of scratch.sessions.values()) {
    if (present(session.name)) {
      lines.push(`${session.name}: there is a session of this name, which is left alone`);
      continue;
    }
    lines.push(`${session.name}: ${count(session.winlinks.length, 'window')}`);
    for (const { index, window } of session.winlinks)
      for (const pane of window.panes)
        lines.push(
          `  ${session.name}:${index}.${pane.index} ${window.name}: ${describePane(scratch, pane, home)}`,
        );
  }
  return lines;
}

function describePane(server: Server, pane: Pane, oldHome: string): string {
  if (pane.host !== '') return `a view of ${pane.host}`;
  const plan = planPane(server, pane, oldHome);
  if (plan.kind === 'dead') return 'its program had ended, and stays so';
  const inherited = server.environment.over({});
  const env = { ...plan.env, ...plan.wish?.restored?.variables };
  const own = Object.keys(env).filter((name) => !ALWAYS.has(name) && env[name] !== inherited[name]);
  const parts = [`${plan.shell} in ${showable(plan.cwd)}`];
  if (own.length > 0) parts.push(`with ${own.map(shownName).sort().join(', ')}`);
  if (plan.umask !== undefined) parts.push(`umask ${plan.umask.toString(8).padStart(3, '0')}`);
  if (plan.offer) parts.push(`${plan.offer.run ? 'runs' : 'offers'}: ${showable(plan.offer.text)}`);
  return [...parts, ...plan.notes].join('; ');
}

/** What every pane has of its own. */
const ALWAYS = new Set(
  'COLORTERM PWD SHELL SSH_AUTH_SOCK TERM TERM_PROGRAM TERM_PROGRAM_VERSION ZMX ZMX_PANE TMUX TMUX_PANE'.split(
    ' ',
  ),
);

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
