import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { fileLog } from '../base/log.ts';
import { prepareServerPlace, type ServerPlace } from '../base/server-place.ts';
import { daemonListens, READY_LINE } from '../client/ensure-daemon.ts';
import { Daemon } from './daemon.ts';
import { type DaemonOptions, parseDaemonArguments } from './daemon-options.ts';
import { lockPlace } from './lock.ts';
import { Succession } from './succession.ts';

/** A daemon that ends writes its panes' checkpoints first; one that begins adopts them. ms. */
const OTHER_DAEMON_PATIENCE_MS = 20_000;
const LOCK_LOOK_MS = 20;

/**
 * The daemon's program: `zmxd [-L name | -S path] [--listen ADDRESS:PORT]`. Started on
 * demand by a client, by `zmx daemon`, or by the holder when the daemon before died.
 */
async function main(): Promise<void> {
  const options = parseDaemonArguments(process.argv.slice(2), (line) => say(2, line));
  prepareServerPlace(options.place);
  const log = fileLog(join(options.place.state, 'zmxd.log'), 'zmxd');
  process.on('uncaughtExceptionMonitor', (error, origin) => log(`${origin}: ${inspect(error)}`));
  if (!(await lockOrMeet(options))) {
    if (options.foreground)
      throw new Error(`another daemon runs on ${options.place.socket}; end it with: zmx kill-server`);
    return; // the other one serves whoever started this one
  }
  const succession = options.foreground ? new Succession(options.place.runtime, log) : undefined;
  const daemon = await Daemon.start(options);
  say(1, READY_LINE);
  void succession?.wanted.then(() => daemon.stop({ quit: false }));
  const leave = () => {
    succession?.cancel();
    void daemon.stop({ quit: false }).then(() => process.exit(0));
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.on('SIGHUP', () => {}); // the terminal that it was started from has closed
  await daemon.ended;
  succession?.take();
  process.exit(0);
}

/**
 * Takes the place's lock; false when another daemon has it and serves clients. One that
 * has the lock and does not listen is about to end or has just begun: it is waited for.
 */
async function lockOrMeet({ place, replace, foreground }: DaemonOptions): Promise<boolean> {
  const deadline = Date.now() + OTHER_DAEMON_PATIENCE_MS;
  let told = 0;
  while (!lockPlace(place.runtime)) {
    const other = otherDaemon(place);
    const gives = other !== undefined && (replace || (foreground && other.words.includes('--standin')));
    if (gives && other.pid !== told) {
      told = other.pid;
      endDaemon(other.pid);
    }
    if (!replace && !gives && (await daemonListens(place))) return false;
    if (Date.now() > deadline)
      throw new Error(
        `another daemon has the lock of ${place.runtime} and does not answer; end it by its pid in zmxd.lock`,
      );
    await sleep(LOCK_LOOK_MS);
  }
  return true;
}

/** Who has the lock, as it was started; undefined while that cannot be said. */
function otherDaemon(place: ServerPlace): { pid: number; words: readonly string[] } | undefined {
  try {
    const pid = Number(readFileSync(join(place.runtime, 'zmxd.lock'), 'utf8'));
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return words.some((word) => word.endsWith('zmxd.main.js')) ? { pid, words } : undefined;
  } catch {
    return undefined; // it has just begun, or has just ended
  }
}

/**
 * Tells a daemon to end without its programs: it writes its panes' checkpoints and
 * leaves them to the holder. Every version since 0.1.0 does so at SIGTERM.
 */
function endDaemon(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // it has ended by itself
  }
}

/** To whoever started this process and may have gone since. */
function say(fd: 1 | 2, line: string): void {
  try {
    writeSync(fd, `${line}\n`);
  } catch {
    // nobody listens
  }
}

main().catch((error: unknown) => {
  say(2, error instanceof Error ? error.message : String(error));
  process.exit(1);
});
