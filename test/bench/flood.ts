import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { payloads } from './payloads.ts';
import { type Measurement, median } from './statistics.ts';

const ROUNDS = 3;

/** The time from a `cat` of 8 MiB in an attached pane until what follows it is on the terminal. */
export async function flood(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zmx-bench-flood-'));
  const times = new Map<string, number[]>();
  try {
    for (const [kind, make] of Object.entries(payloads))
      writeFileSync(join(folder, kind.replace(' ', '-')), make());
    for (const name of names) {
      const multiplexer = startMultiplexer(name);
      const terminal = multiplexer.attach(['new-session', '-s', 'bench']);
      try {
        await terminal.run('true');
        for (let round = 0; round < ROUNDS; round++)
          for (const kind of Object.keys(payloads)) {
            const file = join(folder, kind.replace(' ', '-'));
            const took = await terminal.run(`cat ${file}; printf '\\033[m\\033[2J\\033[H'`);
            const key = `${name} ${kind}`;
            times.set(key, [...(times.get(key) ?? []), took]);
          }
      } finally {
        await terminal.dispose();
        await multiplexer.dispose();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const result = (key: string) => (times.has(key) ? median(times.get(key)!) : undefined);
  return Object.keys(payloads).map((kind) => ({
    what: `flood of 8 MiB, ${kind}`,
    unit: 'ms',
    tmux: result(`tmux ${kind}`),
    zmx: result(`zmx ${kind}`),
    goal: "tmux's time",
  }));
}
