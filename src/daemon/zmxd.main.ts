import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { fileLog } from '../base/log.ts';
import { prepareServerPlace, type ServerPlace } from '../base/server-place.ts';
import { daemonListens, READY_LINE } from '../client/ensure-daemon.ts';
import { Daemon } from './daemon.ts';
import { parseDaemonArguments } from './daemon-options.ts';
import { lockPlace } from './lock.ts';

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
  if (options.replace) endOtherDaemon(options.place);
  if (!(await lockOrMeet(options.place, options.replace))) {
    if (options.foreground)
      throw new Error(`another daemon runs on ${options.place.socket}; end it with: zmx kill-server`);
    return; // the other one serves whoever started this one
  }
  const daemon = await Daemon.start(options);
  say(1, READY_LINE);
  const leave = () => void daemon.stop({ quit: false }).then(() => process.exit(0));
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.on('SIGHUP', () => {}); // the terminal that it was started from has closed
  await daemon.ended;
  process.exit(0);
}

/**
 * Takes the place's lock; false when another daemon has it and serves clients. One that
 * has the lock and does not listen is about to end or has just begun: it is waited for.
 */
async function lockOrMeet(place: ServerPlace, replace: boolean): Promise<boolean> {
  const deadline = Date.now() + OTHER_DAEMON_PATIENCE_MS;
  while (!lockPlace(place.runtime)) {
    if (!replace && (await daemonListens(place))) return false;
    if (Date.now() > deadline)
      throw new Error(
        `another daemon has the lock of ${place.runtime} and does not answer; end it by its pid in zmxd.lock`,
      );
    await sleep(LOCK_LOOK_MS);
  }
  return true;
}

/**
 * Tells the daemon that runs to end without its programs: it writes its panes' checkpoints and
 * leaves them to the holder. Every version since 0.1.0 does so at SIGTERM.
 */
function endOtherDaemon(place: ServerPlace): void {
  const pid = Number(readFileSync(join(place.runtime, 'zmxd.lock'), 'utf8'));
  if (pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('zmxd.main.js'))
    process.kill(pid, 'SIGTERM');
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
