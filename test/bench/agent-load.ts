import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadPlace, runCommand } from './load-place.ts';
import { FILES_A_FOLDER, FOLDERS, fileName } from './sample-project.ts';

/**
 * `agent-load ROOT THERE PREFIX…`: what a coding agent does on a project of 3,000 files, in
 * the amounts that strace shows of real ones: it looks for some 60 configuration files,
 * walks the tree, asks git, then reads, searches, edits and tests. PREFIX as in operations-load.
 */
const place = loadPlace(process.argv.slice(2));
const { root } = place;
const CONFIGURATIONS = [
  '.agent/settings.json',
  'AGENTS.md',
  '.mcp.json',
  '.ignore',
  '.editorconfig',
  'TODO.md',
];
const READS = 25;
const EDITS = 5;

function command(line: string): void {
  runCommand(place, line);
}

function walk(folder: string): number {
  let files = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    lstatSync(path);
    if (!entry.isDirectory()) files++;
    else if (entry.name !== '.git') files += walk(path);
  }
  return files;
}

/** As agents do that must not leave half a file behind. */
function edit(path: string): void {
  const text = readFileSync(path, 'utf8');
  const fd = openSync(`${path}.tmp`, 'wx');
  writeSync(fd, `// edited\n${text}`);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(`${path}.tmp`, path);
  lstatSync(path);
}

/** Spread over the project, no two in one folder. */
const some = (at: number) => join(root, fileName((at * 37) % FOLDERS, at % FILES_A_FOLDER));

for (let folder = 0; folder < 10; folder++)
  for (const name of CONFIGURATIONS) existsSync(join(root, 'lib', `m${folder * 15}`, name));
command('git --no-optional-locks status --short');
command('git log --oneline -n 5');
if (walk(root) < FOLDERS * FILES_A_FOLDER) throw new Error('files are missing');
for (let at = 0; at < READS; at++) readFileSync(some(at));
command('rg -n "v149_7 =" lib');
for (let at = 0; at < EDITS; at++) {
  edit(some(at));
  command(`grep -c edited ${fileName((at * 37) % FOLDERS, at % FILES_A_FOLDER)}`);
}
writeFileSync(join(root, 'NOTES.md'), 'written by the agent\n');
command('sleep 1; git status --short');
if (walk(join(root, 'lib')) < FOLDERS * FILES_A_FOLDER) throw new Error('files are missing');
