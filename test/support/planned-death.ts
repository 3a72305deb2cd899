/*
 * A daemon for tests that ends itself by SIGKILL at named steps of a client's command,
 * one after another: while the file KILL_PLAN names a step, the next passage of it is
 * fatal, and the file goes first. `sent` is the tick after `journalled`: the holder has
 * been asked to spawn and has not answered. With ` and holder` the holder dies too, as
 * when the host is switched off. Its arguments are zmxd's.
 */
import { readFileSync, rmSync } from 'node:fs';
import { prepareServerPlace } from '../../src/base/server-place.ts';
import { Daemon } from '../../src/daemon/daemon.ts';
import { parseDaemonArguments } from '../../src/daemon/daemon-options.ts';
import { lockPlace } from '../../src/daemon/lock.ts';
import { HolderClient } from '../../src/holder/holder-client.ts';
import { listHolders } from '../../src/holder/start-holder.ts';

const { KILL_PLAN = '' } = process.env;
const options = parseDaemonArguments(process.argv.slice(2), () => {});
prepareServerPlace(options.place);
if (!lockPlace(options.place.runtime)) process.exit(0);
let holders: number[] = [];
const daemon = await Daemon.start({
  ...options,
  execPoint: (point) => {
    const [step, withHolder] = plan();
    if (step === point) die(withHolder);
    else if (step === 'sent' && point === 'journalled') setImmediate(() => die(withHolder));
  },
});
holders = await holderPids();
await daemon.ended;
process.exit(0);

function plan(): [step: string, withHolder: boolean] {
  try {
    const text = readFileSync(KILL_PLAN, 'utf8');
    return [text.replace(' and holder', ''), text.endsWith(' and holder')];
  } catch {
    return ['', false];
  }
}

function die(withHolder: boolean): void {
  rmSync(KILL_PLAN, { force: true });
  if (withHolder) for (const pid of holders) process.kill(pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
}

async function holderPids(): Promise<number[]> {
  const pids: number[] = [];
  for (const socket of await listHolders(options.place.runtime)) {
    const client = await HolderClient.connect(socket, { daemon: false });
    pids.push(client.welcome.pid);
    client.dispose();
  }
  return pids;
}
