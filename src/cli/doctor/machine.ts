import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../../base/native.ts';
import { buildNativeCommand, nativePath, packageRoot } from '../../base/package-root.ts';
import { compareVersions } from '../../base/versions.ts';
import { closeDevice } from '../../portal/fuse/device.ts';
import { openDevice } from '../../portal/mount.ts';
import { openNamespace } from '../../portal/namespace.ts';
import { featuresOfEnvironment } from '../../tui/terminal-features.ts';
import { type Check, note } from './finding.ts';

const PROGRAMS = ['run-child', 'job-leader', 'shim', 'launcher'];

/** What this machine must have, and what it may have. */
export const machineChecks: readonly Check[] = [
  { subject: 'node', look: node },
  { subject: 'native programs', look: nativePrograms },
  { subject: '/dev/fuse', look: fuseDevice },
  { subject: 'user namespaces', look: namespaces },
  { subject: 'fusermount3', look: fusermount },
  { subject: 'C compiler', look: compiler },
  { subject: 'terminal', look: terminal },
];

function node(): string {
  const { engines } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const wanted = engines.node.replace(/^>=/, '');
  if (compareVersions(process.versions.node, wanted) < 0)
    throw new Error(`${process.version} is too old; install Node ${wanted} or newer: https://nodejs.org`);
  return process.version;
}

function nativePrograms(): string {
  native();
  for (const name of PROGRAMS) {
    try {
      accessSync(nativePath(name), constants.X_OK);
    } catch {
      throw new Error(`${nativePath(name)} is missing; build it with a C compiler: ${buildNativeCommand()}`);
    }
  }
  try {
    createRequire(import.meta.url)('node-pty');
  } catch {
    throw new Error('node-pty cannot be loaded; build it with a C compiler: npm rebuild node-pty');
  }
  return `addon, ${PROGRAMS.join(', ')}, node-pty`;
}

function fuseDevice(): string {
  closeSync(openDevice());
  return `mode ${(statSync('/dev/fuse').mode & 0o777).toString(8)}`;
}

/** As the portal does it: the launcher makes the namespaces and mounts FUSE there. Nobody serves the mount, so no program is started. */
async function namespaces(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-doctor-'));
  try {
    const {
      devices,
      keeper,
      process: launcher,
    } = await openNamespace({
      mountPoints: [folder],
      program: 'true',
      args: [],
      env: process.env,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const ended = new Promise((resolve) => launcher.once('exit', resolve));
    launcher.kill('SIGKILL');
    for (const device of devices) closeDevice(device);
    keeper.dispose();
    await ended;
    return 'made one, with FUSE mounted in it';
  } catch (error) {
    // the launcher makes the namespaces first, so they are in order
    if (/^\/dev\/fuse /.test((error as Error).message)) return 'can be made (FUSE in them: see /dev/fuse)';
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fusermount() {
  if (process.getuid?.() === 0) return 'not needed by root';
  const version = versionOf('fusermount3', '--version');
  return version ?? note('missing, which zmx mount needs; install it: sudo apt install fuse3');
}

function compiler() {
  const version = versionOf('cc', '--version');
  return (
    version ??
    note('missing, which the next npm install needs; install one: sudo apt install build-essential')
  );
}

function terminal() {
  const term = process.env.TERM ?? '';
  if (term === '' || term === 'dumb')
    return note(`TERM is ${term || 'not set'}: sessions cannot be shown here; use a terminal emulator`);
  if (!process.stdout.isTTY) return `TERM=${term}; standard output is no terminal`;
  const features = [...featuresOfEnvironment(process.env)].sort().join(', ');
  return `TERM=${term}, ${process.stdout.columns}x${process.stdout.rows}${features && `; by its name: ${features}`}`;
}

/** First line of what a program says of itself; undefined where there is no such program. */
function versionOf(program: string, option: string): string | undefined {
  const { error, stdout } = spawnSync(program, [option], { encoding: 'utf8' });
  return error ? undefined : (stdout.split('\n')[0] ?? '');
}
