import { spawnSync } from 'node:child_process';
import { type Multiplexer, type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { type Measurement, median } from './statistics.ts';

/** What both have in their history. */
const HISTORY_LINES = 50_000;
/** What only a log has. */
const LOG_LINES = 1_000_000;
const LINE = 'line %.0f the quick brown fox jumps over the lazy dog, again and again, and on';
const ROUNDS = 5;
const OUTPUT_LIMIT_BYTES = 256 * 1024 * 1024;
const DEADLINE_MS = 180_000;

const ways: Readonly<Record<string, readonly string[]>> = {
  'capture -S -': ['-S', '-'],
  'capture -S - -e -J': ['-S', '-', '-e', '-J'],
  'capture of 1,000 lines in the middle': ['-S', '-25000', '-E', '-24001'],
};

/** The time that `capture-pane -p` takes, process start and pipe included. */
export async function captures(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const times = new Map<string, number>();
  for (const name of names) {
    const multiplexer = startMultiplexer(name);
    try {
      await filled(multiplexer, 'history', HISTORY_LINES);
      for (const [way, flags] of Object.entries(ways))
        times.set(`${name} ${way}`, timeOf(multiplexer, 'history', flags));
      if (name === 'tmux') continue;
      multiplexer.run('set-option', '-g', 'history-disk-limit', '2G');
      await filled(multiplexer, 'log', LOG_LINES);
      for (const [way, flags] of Object.entries(ways))
        times.set(
          `log ${way}`,
          timeOf(
            multiplexer,
            'log',
            flags.map((flag) => flag.replace(/^-2/, '-50')),
          ),
        );
    } finally {
      await multiplexer.dispose();
    }
  }
  return Object.keys(ways).flatMap((way) => [
    {
      what: `${way}, ${HISTORY_LINES} lines`,
      unit: 'ms',
      tmux: times.get(`tmux ${way}`),
      zmx: times.get(`zmx ${way}`),
      goal: '',
    },
    {
      what: `${way}, ${LOG_LINES} lines`,
      unit: 'ms',
      tmux: undefined,
      zmx: times.get(`log ${way}`),
      goal: '',
    },
  ]);
}

/** A window of this name that has printed so many lines. */
async function filled({ run }: Multiplexer, name: string, lines: number): Promise<void> {
  const command = `seq -f '${LINE}' 1 ${lines}; echo complete; exec sleep 1000`;
  run('new-session', '-d', '-s', name, '-x', '120', '-y', '40', 'sleep 1000');
  run('set-option', '-g', 'history-limit', String(HISTORY_LINES));
  run('new-window', '-d', '-t', `${name}:1`, command);
  for (
    const end = Date.now() + DEADLINE_MS;
    !run('capture-pane', '-p', '-t', `${name}:1`).includes('complete');
  ) {
    if (Date.now() > end) throw new Error(`${name} is not complete`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function timeOf({ argv, env }: Multiplexer, name: string, flags: readonly string[]): number {
  const [program = '', ...words] = argv;
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(
      program,
      [...words, 'capture-pane', '-p', '-t', `${name}:1`, ...flags],
      {
        env,
        maxBuffer: OUTPUT_LIMIT_BYTES,
      },
    );
    if (status !== 0) throw new Error(`capture-pane: ${stderr}`);
    return performance.now() - begin;
  });
  return median(times);
}
