import { commandsOf, type LoggedCommand } from '../../archive/commands.ts';
import { LogReader } from '../../archive/log-reader.ts';
import type { LogRecord } from '../../archive/records.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { Recording } from '../../tui/replay/player.ts';

/** A pane's log as something that can be played. @throws ZmxError where nothing has been written yet. */
export function recordingOf(folder: string): Recording {
  const log = new LogReader(folder);
  const { segments } = log;
  const from = segments[0]?.from;
  if (from === undefined) throw new ZmxError('ENOENT', 'nothing of this pane has been logged yet');
  const commands: LoggedCommand[] = commandsOf(log.marks());
  let to = from;
  for (const { time } of log.records(segments.at(-1)?.number)) to = Math.max(to, time);
  return {
    from,
    to,
    commands,
    records: (time): Iterable<LogRecord> => log.records(log.segmentAt(time)?.number),
  };
}
