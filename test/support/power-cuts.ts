import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import { seeded } from './seeded.ts';
import { ZmxUser } from './zmx-user.ts';

/** What each pane prints, ten times a second. */
const PANES = [
  { session: 'slow', lines: 10, filling: 10 },
  { session: 'fast', lines: 300, filling: 60 },
];
/** A power cut may cost a second; the rest is for a machine that has much else to do. */
const PROMISED_MS = 10_000;
const HISTORY_LIMIT = 5_000_000;

/** How far each pane had printed at a time. */
interface Progress {
  readonly at: number;
  readonly printed: readonly number[];
}

/**
 * Copies the state folder, at random moments, from under a daemon whose panes print, as a
 * power cut would leave it, and starts a daemon on each copy: the sessions are there, every
 * line was printed, in order and without a gap, and none is missing that is older than a
 * power cut may cost. The daemon is stopped while it is copied: a power cut has no duration.
 * @returns how many lines came back of each copy and how many were printed when it was taken.
 */
export async function survivePowerCuts(options: { seed: number; copies: number }): Promise<string[]> {
  const random = seeded(options.seed);
  const user = printer();
  try {
    for (const pane of PANES)
      await user.ok('new-session', '-d', '-s', pane.session, printCommand(user, pane));
    const progress: Progress[] = [];
    const look = () =>
      progress.push({ at: Date.now(), printed: PANES.map((pane) => printed(user, pane.session)) });
    const outcomes: string[] = [];
    for (let copy = 0; copy < options.copies; copy++) {
      const until = Date.now() + (copy === 0 ? PROMISED_MS : 0) + 500 + random() * 3000;
      while (Date.now() < until) {
        look();
        await delay(100);
      }
      const old = progress.findLast(({ at }) => at <= Date.now() - PROMISED_MS)?.printed ?? [];
      const after = printer();
      try {
        copyAtOnce(user, after);
        look();
        outcomes.push(
          await check(after, old, progress.at(-1)?.printed ?? [], `seed ${options.seed}, copy ${copy}`),
        );
      } finally {
        await after.close();
      }
    }
    return outcomes;
  } finally {
    await user.close();
  }
}

function printer(): ZmxUser {
  const user = new ZmxUser();
  writeFileSync(join(user.temp.folders.config, 'zmx.conf'), `set -g history-limit ${HISTORY_LIMIT}\n`);
  return user;
}

const progressPath = (user: ZmxUser, session: string): string => join(user.temp.home, `${session}.printed`);

/** Prints numbered lines for ever, and says in a file how far it is. */
function printCommand(user: ZmxUser, { session, lines, filling }: (typeof PANES)[number]): string {
  const format = `${session} %.0f ${'x'.repeat(filling)}`;
  const path = progressPath(user, session);
  return `i=0; while :; do seq -f '${format}' $i $((i + ${lines - 1})); i=$((i + ${lines})); echo $i > ${path}.new; mv ${path}.new ${path}; sleep 0.1; done`;
}

function printed(user: ZmxUser, session: string): number {
  try {
    return Number(readFileSync(progressPath(user, session), 'utf8'));
  } catch {
    return 0; // it has not begun
  }
}

function copyAtOnce(from: ZmxUser, to: ZmxUser): void {
  const pid = from.daemonPid();
  process.kill(pid, 'SIGSTOP');
  try {
    rmSync(to.temp.folders.state, { recursive: true });
    cpSync(from.temp.folders.state, to.temp.folders.state, { recursive: true });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

async function check(
  user: ZmxUser,
  old: readonly number[],
  newest: readonly number[],
  context: string,
): Promise<string> {
  await user.ok('start-server');
  const sessions = (await user.ok('list-sessions', '-F', '#{session_name}')).split('\n');
  assert.deepEqual(sessions.sort(), PANES.map(({ session }) => session).sort(), context);
  const outcome: string[] = [];
  for (const [i, { session, filling }] of PANES.entries()) {
    const text = await eventually(async () => {
      const all = await user.ok('capture-pane', '-p', '-J', '-S', '-', '-t', session);
      return all.includes('restored ') && all;
    });
    const lines = text
      .slice(0, text.search(/^ ?restored /m))
      .trimEnd()
      .split('\n');
    const end = 'x'.repeat(filling);
    for (const [number, line] of lines.entries()) {
      const expected = `${session} ${number} ${end}`;
      // The last one may have been cut off, as the program's own output was.
      const right = line === expected || (number === lines.length - 1 && expected.startsWith(line.trimEnd()));
      assert.ok(right, `${context}: line ${number} is ${line}`);
    }
    const least = old[i] ?? 0;
    assert.ok(lines.length >= least, `${context}: ${lines.length} lines of ${session}, ${least} are old`);
    outcome.push(
      `${session}: ${lines.length} lines came back, ${newest[i]} were printed, ${least} of them are old`,
    );
  }
  return outcome.join('; ');
}
