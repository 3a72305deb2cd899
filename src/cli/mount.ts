import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { bytesOf, latin1Of, pathOf, textOf } from '../base/byte-text.ts';
import type { ServerPlace } from '../base/server-place.ts';
import { ensureDaemon } from '../client/ensure-daemon.ts';
import { mount, unmount } from '../portal/mount.ts';
import { ShownFolder } from '../portal/shown-folder.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { Connection } from '../transport/types.ts';
import type { GlobalArguments } from './arguments.ts';
import { connectTo, placeOf } from './endpoints.ts';
import { exactWords } from './exact-words.ts';
import { homeOf } from './home-of.ts';
import { portalSettings } from './portal-settings.ts';
import { isRemotePlace, parseRemotePlace } from './remote-place.ts';

const USAGE = 'usage: zmx mount HOST:[DIR] LOCAL\n       zmx mount -u LOCAL';
/** How long the host may take to answer the first time, ms; afterwards a lost connection is waited for. */
const CONNECT_PATIENCE_MS = 10_000;

/** `zmx mount HOST:DIR LOCAL`: a host's files alone, for programs that are not started in a portal. */
export async function runMount(args: GlobalArguments): Promise<number> {
  const words = exactWords(args.command.slice(1));
  if (words.length !== 2) throw new ZmxError('usage', USAGE);
  const [first = '', local = ''] = words;
  if (first === '-u') {
    await end(whereIs(local));
    return 0;
  }
  if (!isRemotePlace(first)) throw new ZmxError('usage', USAGE);
  const { host, path } = parseRemotePlace(first);
  const target = whereIs(local);
  checkTarget(target);
  const place = placeOf(args);
  const connection = connectTo(place, host);
  try {
    await connection.ready(CONNECT_PATIENCE_MS);
    return await serve(place, connection, path || (await homeOf(connection)), target, first);
  } finally {
    connection.dispose();
  }
}

async function serve(
  place: ServerPlace,
  connection: Connection,
  path: string,
  target: string,
  label: string,
): Promise<number> {
  const timeoutMs = await ownTimeout(place);
  const state = join(place.state, 'portal');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const spoolFolder = mkdtempSync(join(state, 'spool-'));
  const say = (line: string) => process.stderr.write(bytesOf(`zmx mount: ${line}\n`));
  const stopped = new Promise<void>((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => done());
  });
  try {
    const folder = ShownFolder.begin(connection, path, target, true);
    try {
      await folder.opened;
      const mounted = await mount(target);
      try {
        await folder.serve(mounted.device, {
          spoolFolder,
          rescueFolder: join(state, 'rescue'),
          notice: say,
          timeoutMs,
        });
        say(`${label} is at ${target}, its files alone: commands run on this machine; Ctrl-C ends it`);
        void folder.readAhead();
        await Promise.race([folder.ended, stopped]);
      } finally {
        // it has gone already where somebody else has ended it
        if (isOurs(target)) await mounted.unmount();
      }
    } finally {
      await folder.close();
    }
  } finally {
    rmSync(spoolFolder, { recursive: true, force: true });
  }
  return 0;
}

/** The option portal-timeout of this machine's daemon. */
async function ownTimeout(place: ServerPlace): Promise<number> {
  await ensureDaemon(place);
  const local = connectTo(place, undefined);
  try {
    await local.ready(CONNECT_PATIENCE_MS);
    return (await portalSettings(local)).timeoutMs;
  } finally {
    local.dispose();
  }
}

async function end(target: string): Promise<void> {
  if (!isOurs(target)) throw new ZmxError('EINVAL', `nothing of zmx is mounted at ${target}`);
  await unmount(target);
}

function checkTarget(target: string): void {
  if (isOurs(target))
    throw new ZmxError('EBUSY', `${target} is a mount of zmx already; end it: zmx mount -u ${target}`);
  try {
    if (readdirSync(pathOf(target)).length === 0) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ZmxError(code ?? 'EIO', `${target} is no folder that can be used (${code}); mkdir ${target}`);
  }
  throw new ZmxError('ENOTEMPTY', `${target} is not empty, and the mount would hide what is in it`);
}

/** The real path, without a look at the mount itself: who serves it may have died. */
function whereIs(local: string): string {
  const path = resolve(local);
  if (path === '/') return path;
  try {
    return join(textOf(realpathSync(pathOf(dirname(path)), 'buffer')), basename(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ZmxError(
      code ?? 'EIO',
      `${dirname(path)} is no folder (${code}); name a folder of this machine`,
    );
  }
}

/** Whether the last mount at this path is zmx's; see proc_pid_mountinfo(5). */
function isOurs(target: string): boolean {
  const escaped = latin1Of(target).replace(
    /[ \t\n\\]/g,
    (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  const lines = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  const last = lines.findLast((line) => line.split(' ')[4] === escaped);
  return last !== undefined && / - fuse\.zmx /.test(last);
}
