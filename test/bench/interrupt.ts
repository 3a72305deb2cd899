import { newMarker } from './bench-terminal.ts';
import { type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { type Measurement, percentile } from './statistics.ts';

const SAMPLES = 10;
/** How long `yes` runs first: every buffer on the way is full. */
const FLOOD_MS = 700;

/** The time from Ctrl-C under `yes` until the shell's prompt is drawn. */
export async function interrupt(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const samples = new Map<string, number[]>();
  for (const name of names) {
    const multiplexer = startMultiplexer(name);
    const terminal = multiplexer.attach(['new-session', '-s', 'bench']);
    try {
      await terminal.run('true');
      const times: number[] = [];
      for (let index = 0; index < SAMPLES; index++) {
        const prompt = newMarker();
        await terminal.run(`PS1=$(printf '${prompt.octal}')`);
        terminal.write('yes\r');
        await new Promise((resolve) => setTimeout(resolve, FLOOD_MS));
        times.push(await terminal.timeUntil(prompt.bytes, () => terminal.write('\x03')));
      }
      samples.set(name, times);
    } finally {
      await terminal.dispose();
      await multiplexer.dispose();
    }
  }
  return [50, 95].map((p) => ({
    what: `Ctrl-C to prompt under yes, p${p}`,
    unit: 'ms',
    tmux: samples.has('tmux') ? percentile(samples.get('tmux')!, p) : undefined,
    zmx: samples.has('zmx') ? percentile(samples.get('zmx')!, p) : undefined,
    goal: '50 ms',
  }));
}
