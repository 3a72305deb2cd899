import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { reboot } from '../support/reboot.ts';
import { ZmxUser } from '../support/zmx-user.ts';
import type { MultiplexerName } from './multiplexers.ts';
import type { Measurement } from './statistics.ts';

const PANES = [1, 20, 50];
const HISTORY_LINES = 10_000;
const LAST = 'history-is-complete';
/** What a power cut may cost is the last second; a machine that is busy syncs later, ms. */
const SETTLE_MS = 5_000;
/** A machine that does other things too takes minutes to fill 50 panes. */
const PATIENCE = { timeoutMs: 180_000 };

/** After a reboot: from `zmx attach` to the drawn current pane, and until the last pane has its history and its shell. */
export async function restore(names: readonly MultiplexerName[]): Promise<Measurement[]> {
  if (!names.includes('zmx')) return [];
  const table: Measurement[] = [];
  for (const panes of PANES) {
    const { attached, all } = await restored(panes);
    const what = `restore of ${panes} pane${panes > 1 ? 's' : ''} of 10k lines`;
    const goal = panes === 50 ? '3000 ms' : '';
    table.push({ what: `${what}: attached`, unit: 'ms', tmux: undefined, zmx: attached, goal });
    table.push({ what: `${what}: all of them`, unit: 'ms', tmux: undefined, zmx: all, goal });
  }
  return table;
}

async function restored(panes: number): Promise<{ attached: number; all: number }> {
  const user = new ZmxUser({ SHELL: '/bin/bash' });
  try {
    writeFileSync(join(user.temp.home, '.bash_profile'), "PS1='$ '\n");
    await user.ok('new-session', '-d', '-s', 'bench', '-x', '100', '-y', '30');
    const fill = `seq -f 'line %.0f of the history, as long as most' ${HISTORY_LINES}; echo ${LAST}`;
    const commands = Array.from({ length: panes }, (_, window) => {
      const made = window === 0 ? '' : `new-window -d -t bench:${window} ; `;
      return `${made}send-keys -t bench:${window} "${fill}" Enter\n`;
    });
    const file = join(user.temp.home, 'fill.conf');
    writeFileSync(file, commands.join(''));
    await user.ok('source-file', file);
    for (let window = 0; window < panes; window++) {
      const screen = () => user.ok('capture-pane', '-p', '-t', `bench:${window}`);
      await eventually(async () => new RegExp(`^${LAST}$`, 'm').test(await screen()), PATIENCE);
    }
    await sleep(SETTLE_MS);
    await reboot(user);
    const begin = performance.now();
    const terminal = user.open(['attach', '-t', 'bench'], { cols: 100, rows: 30 });
    await terminal.waitForScreen(/history-is-complete[\s\S]*restored /);
    const attached = performance.now() - begin;
    const last = `bench:${panes - 1}`;
    await eventually(
      async () => / restored /.test(await user.ok('capture-pane', '-p', '-t', last)),
      PATIENCE,
    );
    return { attached, all: performance.now() - begin };
  } finally {
    await user.close();
  }
}
