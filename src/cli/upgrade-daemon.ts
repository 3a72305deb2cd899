import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryPath, packageVersion } from '../base/package-root.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { compareVersions } from '../base/versions.ts';
import { daemonListens, placeArgs, startDaemon } from '../client/ensure-daemon.ts';
import { askToBecome, hasBegun, SUCCESSION_SINCE } from '../daemon/succession.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { daemonVersion } from './version-skew.ts';

/** A daemon that has just been started, on a machine that is starved, ms. */
const CONNECT_PATIENCE_MS = 60_000;
/** A daemon that ends writes its panes' checkpoints first, ms. */
const SUCCESSION_PATIENCE_MS = 60_000;
const SUCCESSION_LOOK_MS = 20;

/**
 * `zmx upgrade-daemon`: the daemon of the version that is installed now takes the place of
 * the one that runs. The new one is started first, with the old one's listeners and
 * environment, and tells the old one to end once it knows that it can run itself: nothing
 * depends on this command's life. It needs nothing of the old daemon but SIGTERM. One in the
 * foreground becomes the new one itself (src/daemon/succession.ts).
 */
export async function upgradeDaemon(args: GlobalArguments): Promise<number> {
  const place = placeOf(args);
  if (!(await daemonListens(place))) throw new ZmxError('usage', `no server running on ${place.socket}`);
  const before = await versionOf(place);
  if (before === packageVersion()) {
    process.stdout.write(`the daemon is ${before} already\n`);
    return 0;
  }
  const { pid, words, env } = runningDaemon(place);
  if (!words.includes('--foreground')) await startDaemon(place, [...words, '--replace'], env);
  else await becomeNew(place, pid, before);
  const after = await versionOf(place);
  process.stdout.write(`the daemon was ${before} and is ${after} now; programs and clients went on\n`);
  return 0;
}

async function versionOf(place: ServerPlace): Promise<string> {
  const connection = connectTo(place, undefined);
  try {
    await connection.ready(CONNECT_PATIENCE_MS);
    return daemonVersion(connection);
  } finally {
    connection.dispose();
  }
}

/** Of a daemon that somebody watches, the process stays and becomes the new version. */
async function becomeNew(place: ServerPlace, pid: number, before: string): Promise<void> {
  if (compareVersions(before, SUCCESSION_SINCE) < 0)
    throw new ZmxError(
      'usage',
      `the daemon is ${before} in the foreground and cannot become another: end process ${pid} with SIGTERM, or restart its service (systemctl restart), and start 'zmx daemon' again; programs, screens and exit statuses wait for it in the holder`,
    );
  askToBecome(pid, place.runtime, { program: process.execPath, entry: entryPath('daemon/zmxd') });
  for (const end = Date.now() + SUCCESSION_PATIENCE_MS; ; await sleep(SUCCESSION_LOOK_MS)) {
    if (hasBegun(place.runtime)) return;
    if (!existsSync(`/proc/${pid}`))
      throw new ZmxError(
        'lost',
        `the daemon ended and did not become ${packageVersion()}; see ${place.state}/zmxd.log, and start 'zmx daemon' again: its programs wait for it in the holder`,
      );
    if (Date.now() > end) throw new ZmxError('lost', `the daemon does not end; see ${place.state}/zmxd.log`);
  }
}

/** Its arguments, but for those that name its place, and its environment; see proc(5). */
function runningDaemon(place: ServerPlace): { pid: number; words: string[]; env: Record<string, string> } {
  const pid = Number(readFileSync(join(place.runtime, 'zmxd.lock'), 'utf8'));
  const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const entry = argv.findIndex((word) => word.endsWith('zmxd.main.js'));
  if (entry < 0)
    throw new ZmxError(
      'ESRCH',
      `process ${pid}, which holds the lock in ${place.runtime}, is no daemon of zmx`,
    );
  const words = argv.slice(entry + 1).filter((word) => word !== '--replace');
  for (const word of placeArgs(place)) {
    const at = words.indexOf(word);
    if (at >= 0) words.splice(at, 1);
  }
  const env: Record<string, string> = {};
  for (const entry of readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) env[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return { pid, words, env };
}
