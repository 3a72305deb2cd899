/*
 * A daemon for tests that ends itself by SIGKILL at one hop of a key's way: KILL_HOP
 * names it, KILL_AFTER says at which passage, KILL_MARK is a file that is there once it
 * has happened, so that the next one lives. Its arguments are zmxd's.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { prepareServerPlace } from '../../src/base/server-place.ts';
import { Daemon } from '../../src/daemon/daemon.ts';
import { parseDaemonArguments } from '../../src/daemon/daemon-options.ts';
import { lockPlace } from '../../src/daemon/lock.ts';

const { KILL_HOP = '', KILL_AFTER = '1', KILL_MARK = '' } = process.env;
let left = Number(KILL_AFTER);
const options = parseDaemonArguments(process.argv.slice(2), () => {});
prepareServerPlace(options.place);
if (!lockPlace(options.place.runtime)) process.exit(0);
const daemon = await Daemon.start({
  ...options,
  hop: (hop) => {
    if (hop !== KILL_HOP || existsSync(KILL_MARK) || --left > 0) return;
    writeFileSync(KILL_MARK, hop);
    process.kill(process.pid, 'SIGKILL');
  },
});
await daemon.ended;
process.exit(0);
