import { type BenchTerminal, newMarker } from './bench-terminal.ts';
import { type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { type Measurement, percentile } from './statistics.ts';

const SAMPLES = 300;
/** Pause between keys: a fast typist's, shortened, and not in step with any timer. */
const PAUSE_MS = 12;

/** The time from a typed character until it is on the terminal, idle and while the other pane floods. */
export async function echo(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const samples = new Map<string, number[]>();
  for (const name of names) {
    const multiplexer = startMultiplexer(name);
    const terminal = multiplexer.attach(['new-session', '-s', 'bench']);
    try {
      await terminal.run('true');
      await typing(terminal);
      samples.set(`${name} idle`, await typed(terminal));
      multiplexer.run('split-window', '-h', '-d', '-t', 'bench', 'while :; do seq 1 100000; done');
      await pause(500);
      samples.set(`${name} flood`, await typed(terminal));
    } finally {
      await terminal.dispose();
      await multiplexer.dispose();
    }
  }
  const result = (key: string, p: number) =>
    samples.has(key) ? percentile(samples.get(key)!, p) : undefined;
  return ['idle', 'flood'].flatMap((state) =>
    [50, 95, 99].map(
      (p): Measurement => ({
        what: `echo, ${state === 'idle' ? 'idle' : 'another pane floods'}, p${p}`,
        unit: 'ms',
        tmux: result(`tmux ${state}`, p),
        zmx: result(`zmx ${state}`, p),
        goal: p === 95 ? (state === 'idle' ? '3 ms' : '6 ms') : '',
      }),
    ),
  );
}

/** Starts a program that echoes each byte at once. */
export async function typing(terminal: BenchTerminal): Promise<void> {
  terminal.write('stty raw -echo; exec cat\r');
  await pause(300);
}

export async function typed(terminal: BenchTerminal): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < SAMPLES; index++) {
    // One character, which nothing else on the screen is.
    const character = newMarker().bytes.subarray(0, 3);
    times.push(await terminal.timeUntil(character, () => terminal.write(character)));
    await pause(PAUSE_MS + (index % 7));
  }
  return times;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
