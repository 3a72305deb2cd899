import { closeSync, constants, openSync, statSync } from 'node:fs';
import { native } from '../base/native.ts';
import { ZmxError } from '../protocol/errors.ts';

/** A mounted FUSE file system that nobody serves yet. */
export interface Mounted {
  /** The mount's /dev/fuse, non-blocking; whoever serves it closes it. */
  readonly device: number;
  /** Takes the mount out of sight; programs that still use it get errors once the device is closed. */
  unmount(): void;
}

const DEVICE = '/dev/fuse';
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MNT_DETACH = 2;

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
  if (code === 'EACCES' || code === 'EPERM') {
    let mode = '';
    try {
      mode = ` (mode ${(statSync(DEVICE).mode & 0o777).toString(8)})`;
    } catch {
      // it is missing for us
    }
    return new ZmxError(
      code,
      `${DEVICE} may not be opened by you${mode}; run: sudo chmod 666 ${DEVICE}, ` +
        `and for every boot: echo 'KERNEL=="fuse", MODE="0666"' | sudo tee /etc/udev/rules.d/99-fuse.rules`,
    );
  }
  return new ZmxError(code, `${DEVICE} cannot be opened: ${code}`);
}

/** Mounts by mount(2), which needs CAP_SYS_ADMIN in the mount namespace. */
export function mountDirectly(target: string): Mounted {
  const device = openDevice();
  const path = Buffer.from(target);
  const data = `fd=${device},rootmode=40000,user_id=${process.getuid?.() ?? 0},group_id=${process.getgid?.() ?? 0}`;
  try {
    native().mount('zmx', path, 'fuse.zmx', MS_NOSUID | MS_NODEV, data);
  } catch (error) {
    closeSync(device);
    throw error;
  }
  return {
    device,
    unmount: () => native().umount2(path, MNT_DETACH),
  };
}
