import { after, before, describe, it } from 'node:test';
import { whyNoPortal } from '../support/isolated-host.ts';
import { RealPrograms } from '../support/real-programs.ts';

/** `npm run soak` builds more. */
const FILES = 6;

describe('real programs on the files of a portal', { skip: whyNoPortal() ?? false }, () => {
  let programs: RealPrograms;
  before(async () => {
    programs = await RealPrograms.start(FILES);
  });
  after(() => programs?.close());

  it('by the usual rules: shells, git and rg run on the host, all else here', () =>
    programs.compare(RealPrograms.all));

  it('with those programs here, on the mounted files', async () => {
    await programs.portal.hosts.laptop.ok('set-option', '-s', 'portal-local', 'sh,bash,git,rg');
    await programs.compare(['git']);
  });
});
