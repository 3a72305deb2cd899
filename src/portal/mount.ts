import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { bytesOf, hasEscapes } from '../base/byte-text.ts';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';
import { type FuseDevice, withClone } from './fuse/device.ts';
import { receiveDevice } from './received-device.ts';

/**
 * Mounts that everybody on this host sees: by root's own mount(2), or by the setuid program
 * fusermount3. A portal's mount, which only its agent sees, is made in namespace.ts.
 */
export interface Mounted {
  /** Whoever serves it closes it. */
  readonly device: FuseDevice;
  /** Takes the mount out of sight; programs that still use it get errors once the device is closed. */
  unmount(): Promise<void>;
}

const DEVICE = '/dev/fuse';
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MNT_DETACH = 2;

/** Mounts at an existing folder, in the way that the user may. @throws ZmxError with the remedy */
export function mount(target: string): Promise<Mounted> {
  return process.getuid?.() === 0 ? mountDirectly(target) : mountBySetuid(target);
}

/** Ends a mount at `target` that another process serves, which then ends too. @throws ZmxError */
export function unmount(target: string): Promise<void> {
  return process.getuid?.() === 0 ? unmountDirectly(target) : unmountBySetuid(target);
}

/** Opens /dev/fuse. @throws ZmxError that says what to change where it is missing or closed to the user. */
export function openDevice(): number {
  try {
    return openSync(DEVICE, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    throw deviceError((error as NodeJS.ErrnoException).code ?? 'EIO');
  }
}

function deviceError(code: string): ZmxError {
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO')
    return new ZmxError(code, `${DEVICE} is missing; load the kernel module: sudo modprobe fuse`);
  if (code !== 'EACCES' && code !== 'EPERM') return new ZmxError(code, `${DEVICE} cannot be opened: ${code}`);
  const mode = (statSync(DEVICE).mode & 0o777).toString(8);
  return new ZmxError(
    code,
    `${DEVICE} may not be opened by you (mode ${mode}); run: sudo chmod 666 ${DEVICE}, ` +
      `and for every boot: echo 'KERNEL=="fuse", MODE="0666"' | sudo tee /etc/udev/rules.d/99-fuse.rules`,
  );
}

/** By mount(2), which needs CAP_SYS_ADMIN. */
async function mountDirectly(target: string): Promise<Mounted> {
  const device = openDevice();
  const path = bytesOf(target);
  const ids = `user_id=${process.getuid?.() ?? 0},group_id=${process.getgid?.() ?? 0}`;
  try {
    native().mount('zmx', path, 'fuse.zmx', MS_NOSUID | MS_NODEV, `fd=${device},rootmode=40000,${ids}`);
  } catch (error) {
    closeSync(device);
    throw error;
  }
  return { device: withClone(device), unmount: () => unmountDirectly(target) };
}

async function unmountDirectly(target: string): Promise<void> {
  native().umount2(bytesOf(target), MNT_DETACH);
}

/** By fusermount3, whose protocol is: the descriptor comes over the socket whose number is in _FUSE_COMMFD. */
async function mountBySetuid(target: string): Promise<Mounted> {
  if (hasEscapes(target))
    throw new ZmxError(
      'EILSEQ',
      `${target} is not UTF-8, which fusermount3 cannot be told; name another folder`,
    );
  const [ours, theirs] = native().socketPair();
  try {
    const inChild = 3;
    const child = spawn('fusermount3', ['-o', 'fsname=zmx,subtype=zmx,nosuid,nodev', '--', target], {
      env: { ...process.env, _FUSE_COMMFD: String(inChild) },
      stdio: ['ignore', 'ignore', 'pipe', theirs],
    });
    const failed = new Promise<never>((_, reject) => {
      child.once('error', () =>
        reject(new ZmxError('mount', 'fusermount3 is missing; install it: sudo apt install fuse3')),
      );
    });
    closeSync(theirs);
    const complaint = child.stderr ? text(child.stderr) : Promise.resolve('');
    const received = await Promise.race([receiveDevice(ours), failed]);
    if (received) return { device: withClone(received.device), unmount: () => unmountBySetuid(target) };
    const reason = (await complaint).trim().replace(/^fusermount3: /, '');
    throw new ZmxError('mount', `${target} cannot be mounted: ${reason || 'fusermount3 refused'}`);
  } finally {
    closeSync(ours);
  }
}

function unmountBySetuid(target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('fusermount3', ['-u', '-z', '--', target], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new ZmxError('mount', `${target} cannot be unmounted; run: fusermount3 -u -z ${target}`));
    });
  });
}
