import { existsSync } from 'node:fs';
import { agents } from './agents.ts';
import { captures } from './capture.ts';
import { echo } from './echo.ts';
import { flood } from './flood.ts';
import { floor } from './floor.ts';
import { interrupt } from './interrupt.ts';
import { log } from './log.ts';
import { memory } from './memory.ts';
import { type MultiplexerName, zmxProgram } from './multiplexers.ts';
import { operations } from './operations.ts';
import { portal } from './portal.ts';
import { restore } from './restore.ts';
import { start } from './start.ts';
import { type Measurement, printTable } from './statistics.ts';

/**
 * `npm run bench [-- NAME…]`: zmx beside tmux on the same machine in the same run, by the
 * same driver, and the portal beside sshfs with ssh; asserts nothing. `tmux` or `zmx` among the names measures only that one.
 */
const benches: Readonly<Record<string, (names: readonly MultiplexerName[]) => Promise<Measurement[]>>> = {
  flood,
  echo,
  floor,
  interrupt,
  start,
  memory,
  restore,
  log,
  capture: captures,
  portal,
  operations,
  agents,
};

const words = process.argv.slice(2);
const unknown = words.filter((word) => !(word in benches) && word !== 'tmux' && word !== 'zmx');
if (unknown.length > 0) {
  console.error(`unknown benchmark: ${unknown.join(' ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}
const built = existsSync(zmxProgram);
const names = (['tmux', 'zmx'] as const).filter(
  (name) =>
    (words.includes(name) || !words.some((word) => word === 'tmux' || word === 'zmx')) &&
    (name === 'tmux' || built),
);
const chosen = words.filter((word) => word in benches);
const table: Measurement[] = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) {
  try {
    table.push(...(await benches[name]!(names)));
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
if (table.length > 0) printTable(table);
