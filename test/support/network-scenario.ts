import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import { seeded } from './seeded.ts';
import { connectTwoHosts } from './two-hosts.ts';

export interface NetworkOptions {
  readonly seed: number;
  readonly faults: number;
  /** Longest stall, ms. */
  readonly maxStallMs: number;
  /** One way, ms. */
  readonly delayMs: number;
}

/** A person types a line about this often, ms. */
const LINE_PAUSE_MS = 300;
/** Stalls longer than this must show the badge: three missed pings and a second's tick. ms. */
const BADGE_STALL_MS = 8_000;

/**
 * A person types numbered lines into `cat` on another host while the network stalls and
 * cuts. Every line must arrive once, in order; the badge must come and go.
 * Returns from each fault's end to the echo of a line typed after it, ms.
 */
export async function surviveNetwork({
  seed,
  faults,
  maxStallMs,
  delayMs,
}: NetworkOptions): Promise<number[]> {
  const random = seeded(seed);
  const hosts = await connectTwoHosts(delayMs);
  try {
    const { laptop, devbox, proxy } = hosts;
    const typed = join(devbox.temp.home, 'typed');
    const terminal = laptop.open(['attach', 'work@devbox']);
    await terminal.waitForScreen(/\[work\] 0:/);
    terminal.send(`cat > ${typed}\r`);
    await terminal.waitForScreen(/cat >/);

    let line = 0;
    const type = () => terminal.send(`line-${++line}\r`);
    const liveAgainMs: number[] = [];
    for (let fault = 0; fault < faults; fault++) {
      for (let calm = 0; calm < 3; calm++) {
        type();
        await pause(LINE_PAUSE_MS * random());
      }
      if (random() < 0.5) {
        const stall = random() * maxStallMs;
        proxy.stall();
        type();
        if (stall > BADGE_STALL_MS) await terminal.waitForScreen(/stale/);
        await pause(stall);
        type();
        proxy.resume();
      } else {
        type();
        proxy.cutAfterBytes(Math.floor(random() * 400));
        type();
        await pause(50 * random());
        proxy.cut();
      }
      const over = performance.now();
      type();
      const last = line;
      await terminal.waitForScreen(new RegExp(`^line-${last} *$`, 'm'));
      liveAgainMs.push(performance.now() - over);
      await terminal.waitForScreen((screen) => !screen.includes('stale'));
    }
    terminal.send('\x04');
    const expected = Array.from({ length: line }, (_, at) => `line-${at + 1}\n`).join('');
    await eventually(() => readFileSync(typed, 'utf8').length >= expected.length);
    assert.equal(readFileSync(typed, 'utf8'), expected, 'each line once and in order');

    const second = devbox.open(['attach', 'work']);
    await second.waitForScreen((screen) => screen.includes(`line-${line}`));
    return liveAgainMs;
  } finally {
    await hosts.close();
  }
}
