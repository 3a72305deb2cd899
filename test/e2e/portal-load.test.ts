import { after, before, describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts } from '../support/portal-hosts.ts';
import { compareRandomCalls } from '../support/random-calls.ts';
import { isInstalled } from '../support/real-programs.ts';
import { stress, verifyByFio } from '../support/storage-load.ts';

/** Short runs of what `npm run soak` does for long: stressors of stress-ng's file-system class and their rounds. */
const ROUNDS: Readonly<Record<string, number>> = {
  access: 3,
  'copy-file': 10,
  dir: 20,
  fallocate: 10,
  fstat: 100,
  hdd: 50,
  lockf: 500,
  open: 50,
  rename: 100,
  touch: 50,
  utime: 3,
};

const missing = (program: string) => (isInstalled(program) ? false : `${program} is not installed`);

describe('the files of a portal under load', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect();
  });
  after(() => portal?.close());

  it('what fio wrote is verified here and on the host', { skip: missing('fio') }, () =>
    verifyByFio(portal, { seed: 1, size: '1m' }),
  );

  it('random calls see what they see on a local folder', async () => {
    await compareRandomCalls(portal, { seed: 1, count: 500, faults: 0 });
  });

  it('the same while the connection is cut and the daemon killed', async () => {
    await compareRandomCalls(portal, { seed: 2, count: 250, faults: 4 });
  });

  it('stress-ng finds nothing wrong', { skip: missing('stress-ng') }, async () => {
    const stressors = Object.entries(ROUNDS);
    await stress(
      portal,
      stressors.flatMap(([name, rounds]) => [`--${name}`, '1', `--${name}-ops`, String(rounds)]),
    );
  });
});
