import { closeSync, constants, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileLog } from '../base/log.ts';
import { native } from '../base/native.ts';
import { Holder } from './holder.ts';
import { ANOTHER_HOLDER, lockPath, READY } from './holder-place.ts';

/*
 * The holder: `node holder.main.js SOCKET STATE-FOLDER`, started by start-holder.ts
 * as the leader of a session of its own. Says `ready` or why not on stdout, then
 * lets go of it.
 */

/** open(2)'s flag as /proc/PID/fdinfo shows it; node's constants lack it. */
const O_CLOEXEC = 0o2000000;

const [socketPath, stateFolder] = process.argv.slice(2);
if (!socketPath || !stateFolder) {
  process.stderr.write('usage: holder.main.js SOCKET STATE-FOLDER\n');
  process.exit(2);
}
process.title = 'zmx-holder';
closeInherited();
const log = fileLog(join(stateFolder, 'holder.log'), 'holder');
for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => {});

try {
  // The kernel drops the lock however this process ends; it is never closed here.
  const lock = openSync(lockPath(socketPath), constants.O_RDWR | constants.O_CREAT, 0o600);
  if (!native().flock(lock, true, true)) report(ANOTHER_HOLDER);
  rmSync(socketPath, { force: true });
} catch (error) {
  report((error as Error).message);
}

const holder = new Holder(log, finish);
const server = createServer((socket) => holder.accept(socket));
const cannotListen = (error: Error) => report(`cannot listen on ${socketPath}: ${error.message}`);
server.on('error', cannotListen);
server.listen(socketPath, () => {
  log('listens');
  server.off('error', cannotListen);
  server.on('error', (error) => log(`a connection was not accepted: ${error.message}`));
  process.on('uncaughtException', (error) => {
    // The panes matter more than a perfect state: whoever waits for an answer repeats the question.
    log(`unexpected: ${error.stack}`);
  });
  process.on('SIGTERM', () => {
    log('told to end by SIGTERM');
    holder.quit();
  });
  process.stdout.write(`${READY}\n`, letGo);
});

/** Ends, having said why; the starter reads it. */
function report(problem: string): never {
  log(problem);
  process.stdout.write(`${problem}\n`);
  process.exit(1);
}

function finish(): void {
  log('ends: nothing is held');
  rmSync(socketPath!, { force: true });
  process.exit(0);
}

/** The starter's ends of files, locks and pipes would stay open for as long as the holder lives. */
function closeInherited(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd <= 2) continue;
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0';
      // What node opened itself is close-on-exec; so the rest was inherited.
      if (!(Number.parseInt(flags, 8) & O_CLOEXEC)) closeSync(fd);
    } catch {
      // the listing's own descriptor
    }
  }
}

/** Puts /dev/null in stdout's place: the lowest free number is taken. */
function letGo(): void {
  closeSync(1);
  openSync('/dev/null', 'w');
}
