import { parseArgs } from 'node:util';
import { noLog } from '../../base/log.ts';
import { serverPlace } from '../../base/server-place.ts';
import { listHolders } from '../../holder/start-holder.ts';
import { restore } from '../../model/snapshot.ts';
import { ModelStore } from '../model-store.ts';
import { serverFacts } from '../server-facts.ts';
import { EnvironmentStore } from '../shells/environment-store.ts';
import { describeSessions, listSnapshots } from './describe-restore.ts';
import { chooseSnapshot } from './restore-service.ts';

/**
 * `look [-L name | -S path] [-l | -n] [-f NUMBER]`: what a daemon that is started now would
 * restore, or which snapshots it could. A program of its own, since the `zmx` command is
 * kept small and a daemon would restore at once.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', short: 'L' },
      path: { type: 'string', short: 'S' },
      list: { type: 'boolean', short: 'l' },
      'dry-run': { type: 'boolean', short: 'n' },
      from: { type: 'string', short: 'f' },
    },
  });
  const place = serverPlace({ name: values.name, path: values.path });
  const store = new ModelStore(place.state, noLog);
  const facts = serverFacts({
    place,
    listen: [],
    configFiles: [],
    foreground: false,
    standin: false,
    replace: false,
  });
  if (values.list) {
    print(listSnapshots(store.snapshots));
    return;
  }
  if (values.from !== undefined) {
    const kept = chooseSnapshot(store.snapshots, Number(values.from));
    print(describeSessions(restore(kept.model, facts), kept, () => false));
    return;
  }
  const found = store.load(facts, { onlyLook: true });
  print(store.damage);
  if ((await listHolders(place.runtime)).length > 0)
    print(['programs are still held: those go on, and only what is missing is restored']);
  const shells = new EnvironmentStore(place.state, noLog);
  for (const pane of found?.server.panes.values() ?? []) pane.shellState = shells.load(pane.uuid)?.state;
  if (found) print(describeSessions(found.server, found, () => false));
  else print(['there is nothing that would be restored by itself; zmx restore --list shows what can be']);
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`zmx: ${(error as Error).message}\n`);
  process.exitCode = 1;
});
