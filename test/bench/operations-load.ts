import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadPlace, runCommand } from './load-place.ts';
import { BIG_FILES, bigName, fileName, folderName } from './sample-project.ts';

/**
 * `operations-load ROOT THERE PREFIX…`: the operations of an agent's load, each on paths that
 * nothing has touched before (cold) and then on the same again (warm). PREFIX are words
 * before a command line that runs in THERE; without them bash -c runs it in ROOT. Prints the ms of each as JSON.
 */
export type OperationTimes = Record<string, { readonly cold: number[]; readonly warm: number[] }>;

const place = loadPlace(process.argv.slice(2));
const { root } = place;
const times: OperationTimes = {};

function timed(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Every operation takes folders of its own, so that none finds what another has fetched. */
let nextFolder = 0;
function folders(count: number): number[] {
  return Array.from({ length: count }, () => nextFolder++);
}

function measure(name: string, count: number, work: (path: string, round: number) => void): void {
  const own = folders(count);
  const pass = (round: number) =>
    own.map((folder) => timed(() => work(join(root, fileName(folder, 3)), round)));
  times[name] = { cold: pass(0), warm: pass(1) };
}

function command(line: string): void {
  runCommand(place, line);
}

function commands(name: string, line: string, repeated: number): void {
  const cold = [timed(() => command(line))];
  times[name] = { cold, warm: Array.from({ length: repeated }, () => timed(() => command(line))) };
}

measure('stat', 15, (path) => statSync(path));
const listed = folders(15);
const list = () =>
  listed.map((folder) => timed(() => readdirSync(join(root, folderName(folder)), { withFileTypes: true })));
times.list = { cold: list(), warm: list() };
measure('open + read small + close', 15, (path) => readFileSync(path));
const big = () =>
  Array.from({ length: BIG_FILES }, (_, file) => timed(() => readFileSync(join(root, bigName(file)))));
times['read 1 MiB'] = { cold: big(), warm: big() };
measure('edit: read, write aside, fsync, rename', 12, (path, round) => {
  const text = readFileSync(path, 'utf8');
  const aside = `${path}.new`;
  const fd = openSync(aside, 'wx');
  writeSync(fd, `// ${round}\n${text}`);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(aside, path);
});
measure('append', 12, (path, round) => appendFileSync(path, `// ${round}\n`));
measure('create', 12, (path, round) => writeFileSync(`${path}.${round}`, 'made by the agent\n'));
measure('unlink', 12, (path, round) => unlinkSync(round === 0 ? path : path.replace('f3.js', 'f4.js')));
const glob = () => timed(() => readdirSync(join(root, 'lib'), { withFileTypes: true, recursive: true }));
times['glob of the tree'] = { cold: [glob()], warm: [glob(), glob(), glob()] };
commands('command: true', 'true', 12);
commands('command: rg', 'rg -l "v149_7 =" lib > /dev/null', 4);
commands('command: git status', 'git status --short > /dev/null', 4);
console.log(JSON.stringify(times));
