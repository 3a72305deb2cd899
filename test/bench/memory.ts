import { type MultiplexerName, startMultiplexer } from './multiplexers.ts';
import type { Measurement } from './statistics.ts';

const PANES = [1, 20, 50];
const HISTORY_LINES = 10_000;
/** Lines of 100 columns, so that a pane of 120 holds each in one row. */
const LINE = 'x'.repeat(88);
const LAST = 'history-is-complete';
/** After the last output: garbage is collected, checkpoints are written. */
const SETTLE_MS = 3000;
const DEADLINE_MS = 180_000;

/** Proportional set size of all the multiplexer's processes, with 1, 20 and 50 panes of 10k lines, unattached. */
export async function memory(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  const sizes = new Map<string, number>();
  for (const name of names) {
    const multiplexer = startMultiplexer(name);
    const command = `seq -f '%.0f ${LINE}' 1 ${HISTORY_LINES}; echo ${LAST}; exec sleep 1000`;
    try {
      multiplexer.run('new-session', '-d', '-s', 'bench', '-x', '120', '-y', '40', command);
      let made = 1;
      for (const panes of PANES) {
        for (; made < panes; made++) multiplexer.run('new-window', '-d', '-t', 'bench:', command);
        await complete(multiplexer.run, panes);
        await pause(SETTLE_MS);
        sizes.set(`${name} ${panes}`, multiplexer.memory());
      }
    } finally {
      await multiplexer.dispose();
    }
  }
  return PANES.map((panes) => ({
    what: `memory with ${panes} pane${panes > 1 ? 's' : ''} of 10k lines`,
    unit: 'MiB',
    tmux: sizes.get(`tmux ${panes}`),
    zmx: sizes.get(`zmx ${panes}`),
    goal: panes === 50 ? "1.5 × tmux's" : '',
  }));
}

async function complete(run: (...argv: string[]) => string, panes: number): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  for (let window = 0; window < panes; ) {
    if (run('capture-pane', '-p', '-t', `bench:${window}`).includes(LAST)) window++;
    else if (Date.now() > end) throw new Error(`window ${window} is not complete`);
    else await pause(100);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
