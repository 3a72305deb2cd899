import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryPath } from '../base/package-root.ts';
import { ZmxError } from '../protocol/errors.ts';
import type { GlobalArguments } from './arguments.ts';
import { Machine, startDevbox } from './demo/machine.ts';
import { makeProject } from './demo/project.ts';

/** On the demo's host; see machine.ts. */
const PROJECT = '/srv/shop';

const STORY = `zmx demo: two machines in one. This one, and "devbox", a host of its own in
namespaces, with the project /srv/shop, a path that this machine does not have.
On the left a scripted agent runs here, in a portal; on the right is devbox's log.
To leave early: Ctrl-b d. Everything is removed afterwards.
`;

/** `zmx demo`: the portal on one machine, for somebody who has no second one. */
export async function runDemo(args: GlobalArguments): Promise<number> {
  if (args.command.length > 1) throw new ZmxError('usage', 'usage: zmx demo');
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw new ZmxError('demo', 'the demo takes a terminal');
  process.stdout.write(STORY);
  const folder = mkdtempSync(join(tmpdir(), 'zmx-demo-'));
  const here = new Machine(join(folder, 'here'));
  const devbox = new Machine(join(folder, 'devbox'));
  const stopped = new Promise<number>((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => done(1));
  });
  try {
    return await Promise.race([play(folder, here, devbox), stopped]);
  } finally {
    process.stdout.write('removing what the demo made\n');
    await here.end();
    await devbox.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function play(folder: string, here: Machine, devbox: Machine): Promise<number> {
  const project = join(folder, 'project');
  makeProject(project);
  await devbox.zmx('authorize', await here.zmx('key'), 'demo');
  const port = await startDevbox(devbox, join(folder, 'devbox'), project);
  await here.zmx('host', 'add', 'devbox', `tcp://127.0.0.1:${port}`, await devbox.zmx('key'));
  const zmx = [process.execPath, entryPath('cli/zmx')].map(quoted).join(' ');
  const agent = [process.execPath, entryPath('demo/agent')].map(quoted).join(' ');
  const size = ['-x', String(process.stdout.columns), '-y', String(process.stdout.rows)];
  const left = `${zmx} portal devbox:${PROJECT} -- ${agent} || read -r line; ${zmx} kill-session -t demo`;
  const right = `${zmx} exec devbox:${PROJECT} -- tail -F -n +1 test.log`;
  await here.zmx('new-session', '-d', '-s', 'demo', ...size, left);
  await here.zmx('split-window', '-h', '-d', '-t', 'demo', '-l', '40%', right);
  const client = spawn(process.execPath, [entryPath('cli/zmx'), 'attach', 'demo'], {
    env: here.env,
    stdio: 'inherit',
  });
  return new Promise((resolve) => client.once('exit', (code) => resolve(code ?? 1)));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
