import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processesThatSee } from '../base/end-processes.ts';
import { nativePath } from '../base/package-root.ts';
import { commandName, processStat } from '../base/proc.ts';

/** What a program leaves running at its end is mostly a hook or notifier that has a word to send: so long it may take, ms. */
const GRACE_MS = 5000;
/** From then on the user is told what the end waits for, ms. */
const QUIET_MS = 1000;
/** How soon an end is noticed, ms. */
const POLL_MS = 50;

export interface LeftRunning {
  /** Of the portal's mounts, by which its programs are known. */
  readonly source: string;
  /** The program that stands for commands on the host, which are ended there. */
  readonly shim: string;
  /** Takes a line for the user. */
  readonly tell: (line: string) => void;
}

/**
 * After the program's own end, gives the local programs that it has left running time to end too, as they
 * would have locally: a portal cannot leave them the project's files for ever. A signal ends the waiting.
 */
export async function waitForLeft({ source, shim, tell }: LeftRunning): Promise<void> {
  const own = [shim, nativePath('launcher')].map(fileOf);
  const left = () => processesThatSee(source).filter((pid) => !own.includes(fileOf(`/proc/${pid}/exe`)));
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const;
  let isEnough = false;
  const enough = () => {
    isEnough = true;
  };
  for (const name of signals) process.on(name, enough);
  const start = performance.now();
  let told = false;
  for (let pids = left(); pids.length > 0 && !isEnough; pids = left()) {
    const waited = performance.now() - start;
    if (waited > GRACE_MS) break;
    if (!told && waited > QUIET_MS) {
      told = true;
      const names = pids.map((pid) => `${nameOf(pid)} (${pid})`).join(', ');
      tell(
        `the program has left running here: ${names}; ended in ${(GRACE_MS - QUIET_MS) / 1000} s, or by Ctrl-C`,
      );
    }
    await sleep(POLL_MS);
  }
  for (const name of signals) process.off(name, enough);
}

/** Which file a path leads to, whatever mounts it is seen through; '' where it may not be known. */
function fileOf(path: string): string {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}

function nameOf(pid: number): string {
  const stat = processStat(pid);
  return stat ? commandName(stat) : 'a program'; // it has just ended
}
