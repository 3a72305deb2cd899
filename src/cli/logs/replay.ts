import { ZmxError } from '../../protocol/errors.ts';
import { replay } from '../../tui/replay/replay.ts';
import type { GlobalArguments } from '../arguments.ts';
import { placeOf } from '../endpoints.ts';
import { findLog } from './find-log.ts';
import { parseMoment } from './moment.ts';
import { recordingOf } from './recording.ts';

const USAGE = 'usage: zmx replay [--from TIME] [PANE]';

/** `zmx replay PANE`: plays a pane's past on this terminal. */
export async function runReplay(args: GlobalArguments): Promise<number> {
  const words = args.command.slice(1);
  let start = 0;
  if (words[0] === '--from') {
    if (words[1] === undefined) throw new ZmxError('usage', USAGE);
    start = parseMoment(words[1]);
    words.splice(0, 2);
  }
  if (words.length > 1 || words[0]?.startsWith('-')) throw new ZmxError('usage', USAGE);
  const log = await findLog(placeOf(args), words[0]);
  await replay({
    recording: recordingOf(log.folder),
    title: log.meta?.name ?? log.pane,
    start,
    input: process.stdin,
    output: process.stdout,
    env: process.env,
  });
  return 0;
}
