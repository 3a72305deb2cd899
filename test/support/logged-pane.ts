import { join } from 'node:path';
import { HistoryFile } from '../../src/daemon/panes/history-file.ts';
import { LoggedEmulator } from './pane-logs.ts';

export interface LoggedPane {
  readonly logged: LoggedEmulator;
  readonly history: HistoryFile;
}

/** A pane that has printed `line 0` to `line 399` and more in each: nothing is in its history, all in seven segments of its log. */
export function loggedPane(path: string): LoggedPane {
  const logged = new LoggedEmulator(path);
  for (let i = 0; i < 400; i++) {
    if (i % 60 === 59) logged.log.renew();
    logged.write(`line ${i} ${'漢字 and more '.repeat(i % 9)}\x1b[3${i % 8}mcolour\x1b[m\r\n`);
  }
  logged.log.flush();
  const next = logged.lines;
  // Not the log's own: a history takes what is none of its files out of its folder.
  const history = new HistoryFile(join(path, 'history'), 1000, {
    generation: 0,
    next,
    segment: next,
    bytes: 0,
  });
  return { logged, history };
}
