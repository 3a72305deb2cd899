import { after, before, describe, it } from 'node:test';
import { PortalHosts } from '../support/portal-hosts.ts';
import { compareRandomCalls } from '../support/random-calls.ts';
import { RealPrograms } from '../support/real-programs.ts';
import { stress, verifyByFio } from '../support/storage-load.ts';

const SEED = Number(process.env.SEED ?? 20261130);

/**
 * Of stress-ng's class not those that need what a portal's files do not have, see zmx-portal(1), nor those
 * that are about the machine: mounts, and its caches, which iomix empties.
 */
const NOT_HERE = ['bind-mount', 'binderfs', 'fiemap', 'iomix', 'verity', 'xattr'];

describe("a portal's files, for a long time", () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect(1);
  });
  after(() => portal?.close());

  it('10,000 random calls see what they see on a local folder', async () => {
    await compareRandomCalls(portal, { seed: SEED, count: 10_000, faults: 0 });
  });

  it('10,000 random calls while the connection is cut and the daemon killed', async () => {
    const faults = await compareRandomCalls(portal, { seed: SEED + 1, count: 10_000, faults: 100 });
    console.log(`${faults} faults`);
  });

  it('fio verifies 3 x 24 MiB here and on the host', () => verifyByFio(portal, { seed: SEED, size: '24m' }));

  it("stress-ng's file-system class, 5 s each", async () => {
    const options = ['--class', 'filesystem', '--exclude', NOT_HERE.join(','), '--timeout', '5'];
    const lines = await stress(portal, [...options, '--metrics-brief']);
    console.log(
      lines
        .split('\n')
        .filter((line) => / metrc: /.test(line))
        .join('\n'),
    );
  });
});

describe('real programs on the files of a portal, for a long time', () => {
  it('the usual ones here and there, with a build of 50 files, ten times', async () => {
    const programs = await RealPrograms.start(50);
    try {
      for (let round = 0; round < 10; round++) await programs.compare(RealPrograms.all);
      await programs.portal.hosts.laptop.ok('set-option', '-s', 'portal-local', 'sh,bash,git,rg');
      for (let round = 0; round < 3; round++) await programs.compare(RealPrograms.all);
    } finally {
      await programs.close();
    }
  });
});
