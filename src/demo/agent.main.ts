import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * The scripted agent of zmx demo. It does what a coding agent does, by plain calls of node,
 * and knows nothing of portals: it reads a file, runs the tests, edits, runs them again.
 */

/** Time for the reader, ms. */
const READING_MS = 2500;

async function main(): Promise<void> {
  await say(
    `I am an agent; my own process runs on ${hostname()}.\nThe folder that I stand in is ${process.cwd()}.`,
  );
  await say(`A command that I start there says where it runs:`);
  run('hostname');
  await say(`So the files and commands are the host's. I run the project's tests:`);
  run('node test.js');
  await say(`A test fails. I read total.js, here, as if it were a file of ${hostname()}:`);
  const before = readFileSync('total.js', 'utf8');
  process.stdout.write(indent(before));
  await say('The first item is left out. I edit the file and run the tests again:');
  writeFileSync('total.js', before.replace('at = 1', 'at = 0'));
  run('node test.js');
  await say('Done. The log on the right is written and shown on the host.');
  process.stdout.write('\nPress Enter to end the demo; everything that it made is removed.\n');
  process.stdin.once('data', () => process.exit(0));
}

async function say(text: string): Promise<void> {
  await sleep(READING_MS);
  process.stdout.write(`\n\x1b[1m${text}\x1b[m\n`);
}

function run(command: string): void {
  process.stdout.write(`  \x1b[36m$ ${command}\x1b[m\n`);
  const { stdout, stderr } = spawnSync('bash', ['-c', command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.stdout.write(indent(stdout + stderr));
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

await main();
