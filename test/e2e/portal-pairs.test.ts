import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { whyNoPortal } from '../support/isolated-host.ts';
import { PortalHosts, type PortalRun } from '../support/portal-hosts.ts';

/** For agents that wait for each other; what they wait for is shown by the portal's files. */
const WAITING = `
  const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  const content = (name) => { try { return fs.readFileSync(name, 'utf8'); } catch { return undefined; } };
  const until = (name, text) => { while (content(name) !== text) pause(); };
  const attempt = (call) => { try { call(); return 'ok'; } catch (error) { return error.errno === -${constants.errno.ESTALE} ? 'ESTALE' : error.code; } };`;

const ROUNDS = 30;

describe('two writers of one folder', { skip: whyNoPortal() ?? false }, () => {
  let portal: PortalHosts;
  before(async () => {
    portal = await PortalHosts.connect();
  });
  after(() => portal?.close());

  const start = (script: string) => portal.agent(WAITING + script);
  const done = async ({ ended }: PortalRun) => {
    const { code, out, err } = await ended;
    assert.equal(code, 0, err);
    return { told: JSON.parse(out) as unknown, err };
  };
  const rescued = () => {
    const folder = join(portal.hosts.laptop.temp.folders.state, 'default', 'portal', 'rescue');
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files.map((name) => readFileSync(join(folder, name), 'utf8'));
  };

  it('two portals see what the other has made, written, appended, renamed and removed', async () => {
    const one = start(`
      for (let round = 1; round <= ${ROUNDS}; round++) {
        fs.writeFileSync('ping', 'ping ' + round);
        until('pong', 'pong ' + round);
      }
      fs.appendFileSync('pong', ' and more');
      until('moved', 'pong ${ROUNDS} and more');
      fs.rmSync('moved');
      tell(fs.readdirSync('.').sort());`);
    const other = start(`
      for (let round = 1; round <= ${ROUNDS}; round++) {
        until('ping', 'ping ' + round);
        fs.writeFileSync('pong', 'pong ' + round);
      }
      until('pong', 'pong ${ROUNDS} and more');
      fs.renameSync('pong', 'moved');
      until('moved', undefined);
      tell(sh('ls').out.trim().split('\\n'));`);
    assert.deepEqual((await done(one)).told, ['ping']);
    assert.deepEqual((await done(other)).told, ['ping']);
  });

  it('of two portals that change one file the second is told ESTALE, and its bytes are kept', async () => {
    portal.write('contended', 'as it was, long enough');
    const loser = start(`
      const file = fs.openSync('contended', 'r+');
      fs.writeFileSync('open', 'yes');
      until('written', 'yes');
      fs.writeSync(file, 'second', 0);
      const synced = attempt(() => fs.fsyncSync(file));
      tell([synced, attempt(() => fs.closeSync(file)), fs.readFileSync('contended', 'utf8')]);`);
    const winner = start(`
      const file = fs.openSync('contended', 'r+');
      until('open', 'yes');
      fs.writeSync(file, 'FIRST', 0);
      fs.closeSync(file);
      fs.writeFileSync('written', 'yes');
      tell('written');`);
    await done(winner);
    const { told, err } = await done(loser);
    const [synced, , read] = told as string[];
    assert.equal(synced, 'ESTALE');
    assert.equal(read, 'FIRST was, long enough');
    assert.equal(portal.read('contended'), 'FIRST was, long enough');
    assert.match(err, /zmx portal: contended could not be written .* is kept in /);
    assert.ok(rescued().some((text) => text.startsWith('second')));
  });

  it('the same against a process of the host, which is not overwritten', async () => {
    portal.write('theirs', 'as it was');
    const agent = start(`
      const file = fs.openSync('theirs', 'a+');
      fs.readFileSync('theirs');
      const place = fs.openSync('theirs', 'r+');
      fs.writeFileSync('ready', 'yes');
      until('changed', 'yes');
      fs.writeSync(place, 'mine', 0);
      const answers = [attempt(() => fs.closeSync(place))];
      fs.writeSync(file, ' and mine');
      tell([...answers, attempt(() => fs.closeSync(file))]);`);
    await eventually(() => existsSync(portal.there(join(portal.project, 'ready'))));
    portal.write('theirs', 'changed by a process there');
    portal.write('changed', 'yes');
    const { told, err } = await done(agent);
    assert.deepEqual(told, ['ESTALE', 'ok'], 'in place: a conflict; appended: none');
    assert.equal(portal.read('theirs'), 'changed by a process there and mine');
    assert.match(err, /theirs could not be written/);
  });

  it('leaves no mount point, also no parent that both were mounted in', async () => {
    const parent = join(portal.hosts.laptop.temp.root, 'shown');
    const open = (folder: string) => {
      const go = join(portal.hosts.laptop.temp.home, `go-${folder}`);
      const script = `${WAITING} console.log('open'); until(${JSON.stringify(go)}, 'go');`;
      const run = portal.agent(script, {}, ['--at', join(parent, folder)]);
      return { run, end: () => writeFileSync(go, 'go') };
    };
    const one = open('one');
    await eventually(() => one.run.seen.out === 'open\n');
    const two = open('two');
    await eventually(() => two.run.seen.out === 'open\n');
    one.end();
    assert.equal((await one.run.ended).code, 0);
    assert.ok(existsSync(parent), 'the second portal is still mounted there');
    two.end();
    assert.equal((await two.run.ended).code, 0);
    assert.ok(!existsSync(parent));
    await portal.nothingLeft();
  });
});
