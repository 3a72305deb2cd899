import { writeSync } from 'node:fs';
import { prepareServerPlace } from '../base/server-place.ts';
import { READY_LINE } from '../client/ensure-daemon.ts';
import { Daemon } from './daemon.ts';
import { parseDaemonArguments } from './daemon-options.ts';
import { lockPlace } from './lock.ts';

/**
 * The daemon's program: `zmxd [-L name | -S path] [--listen ADDRESS:PORT]`. Started on
 * demand by a client, by `zmx daemon`, or by the holder when the daemon before died.
 */
async function main(): Promise<void> {
  const options = parseDaemonArguments(process.argv.slice(2), (line) => say(2, line));
  prepareServerPlace(options.place);
  if (!lockPlace(options.place.runtime)) {
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
