import { spawn } from 'node:child_process';
import { newMarker } from './bench-terminal.ts';
import { type Multiplexer, type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import { type Measurement, median } from './statistics.ts';

const SAMPLES = 15;
const HISTORY_LINES = 10_000;

/** The time from starting a client until the screen of a session with 10k lines is drawn, and of a listing. */
export async function start(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const attach = new Map<string, number>();
  const list = new Map<string, number>();
  for (const name of names) {
    const multiplexer = startMultiplexer(name);
    try {
      const last = newMarker();
      const terminal = multiplexer.attach(['new-session', '-s', 'bench']);
      await terminal.run('true');
      await terminal.run(`seq -f 'line %.0f of the history, as long as most of them' 1 ${HISTORY_LINES}`);
      await terminal.timeUntil(last.bytes, () => terminal.write(`printf '${last.octal}\\n'\r`));
      await terminal.dispose();
      attach.set(name, median(await attaching(multiplexer, last.bytes)));
      const times: number[] = [];
      for (let index = 0; index < SAMPLES; index++)
        times.push(await running([...multiplexer.argv, 'list-sessions'], multiplexer.env));
      list.set(name, median(times));
    } finally {
      await multiplexer.dispose();
    }
  }
  const node: number[] = [];
  for (let index = 0; index < SAMPLES; index++) node.push(await running([process.execPath, '-e', '0'], {}));
  return [
    {
      what: 'attach to drawn screen, 10k lines of history',
      unit: 'ms',
      tmux: attach.get('tmux'),
      zmx: attach.get('zmx'),
      goal: `node -e 0 (${median(node).toFixed(1)} ms) + 60 ms`,
    },
    { what: 'list-sessions', unit: 'ms', tmux: list.get('tmux'), zmx: list.get('zmx'), goal: '' },
  ];
}

async function attaching(multiplexer: Multiplexer, last: Buffer): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < SAMPLES; index++) {
    const begin = performance.now();
    const terminal = multiplexer.attach(['attach-session', '-t', 'bench']);
    await terminal.timeUntil(last, () => {});
    times.push(performance.now() - begin);
    await terminal.dispose();
  }
  return times;
}

/** ms from starting a program until it has ended. */
function running(argv: readonly string[], env: Record<string, string>): Promise<number> {
  const [file = '', ...args] = argv;
  const begin = performance.now();
  const child = spawn(file, args, { env, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(performance.now() - begin));
  });
}
