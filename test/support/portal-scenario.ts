import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import { PortalHosts } from './portal-hosts.ts';
import { seeded } from './seeded.ts';
import type { ZmxUser } from './zmx-user.ts';

export interface PortalScenario {
  readonly seed: number;
  /** Each: a write here, a command that reads it, notes its number and answers in a file, and the answer read here. */
  readonly rounds: number;
  /** Cuts of the connection, stalls of it, and SIGKILLs of the daemon on the host, one after another. */
  readonly faults: number;
  readonly delayMs: number;
  /** The agent waits so long at most between its steps, ms. */
  readonly pauseMs?: number;
}

/** Pause between two faults, ms: long enough for some to strike in the middle of a recovery, and some after it. */
const FAULT_PAUSE_MS = 700;
const STALL_MS = 400;

const AGENT = (rounds: number, pauseMs: number) => `
  console.log('begun');
  const texts = {};
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647; // Park and Miller
  const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, random() * ${pauseMs});
  for (let round = 1; round <= ${rounds}; round++) {
    const name = 'file-' + (round % 7);
    const before = texts[name] === undefined ? undefined : fs.readFileSync(name, 'utf8');
    if (before !== texts[name]) tell({ round, before });
    pause();
    const text = 'round ' + round + '\\n' + 'x'.repeat((round * 997) % 9000);
    fs.writeFileSync(name, text);
    texts[name] = text;
    pause();
    const { status, out } = sh('cat ' + name + '; echo ' + round + ' >> ids; echo answer ' + round + ' > answer; mv answer answer-' + (round % 5));
    pause();
    const answer = fs.readFileSync('answer-' + (round % 5), 'utf8');
    if (status !== 0 || out !== text || answer !== 'answer ' + round + '\\n')
      tell({ round, status, read: out.slice(0, 20), answer });
  }
  console.log('done');`;

/** Runs an agent in a portal through faults: every command has run once, and nobody has read what was out of date. */
export async function surviveFaults({
  seed,
  rounds,
  faults,
  delayMs,
  pauseMs = 0,
}: PortalScenario): Promise<void> {
  const random = seeded(seed);
  const portal = await PortalHosts.connect(delayMs);
  try {
    const { ended, seen } = portal.agent(AGENT(rounds, pauseMs));
    await eventually(() => seen.out !== '', { what: 'the agent has begun' });
    let running = true;
    const finished = ended.finally(() => {
      running = false;
    });
    for (let fault = 0; fault < faults && running; fault++) await strike(portal, random);
    const { code, out, err } = await finished;
    assert.equal(out, 'begun\ndone\n', err);
    assert.equal(code, 0);
    const ids = portal.read('ids').trimEnd().split('\n').map(Number);
    assert.deepEqual(
      ids,
      Array.from({ length: rounds }, (_, at) => at + 1),
    );
    await portal.nothingLeft();
  } finally {
    await portal.close();
  }
}

/** After a pause the connection is cut or stalled for a while, or the daemon on the host is killed. */
export async function strike(
  portal: PortalHosts,
  random: () => number,
  pauseMs = FAULT_PAUSE_MS,
): Promise<void> {
  await sleep(random() * pauseMs);
  const { proxy, devbox } = portal.hosts;
  const kind = Math.floor(random() * 3);
  if (kind === 0) proxy.cut();
  else if (kind === 1) {
    proxy.stall();
    await sleep(random() * STALL_MS);
    proxy.resume();
  } else killDaemon(devbox);
}

function killDaemon(host: ZmxUser): void {
  try {
    process.kill(host.daemonPid(), 'SIGKILL');
  } catch {
    // it is between two lives
  }
}
