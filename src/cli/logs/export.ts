import { writeFileSync } from 'node:fs';
import { ZmxError } from '../../protocol/errors.ts';
import { asciicast } from '../../tui/replay/asciicast.ts';
import type { GlobalArguments } from '../arguments.ts';
import { placeOf } from '../endpoints.ts';
import { findLog } from './find-log.ts';
import { parseMoment } from './moment.ts';
import { recordingOf } from './recording.ts';

const USAGE = 'usage: zmx export [--from TIME] [--to TIME] [-o FILE] [PANE]';
/** Lines are written together: a system call for each would cost more than the line. */
const WRITE_LINES = 1000;

/** `zmx export PANE`: a pane's past as an asciicast, on standard output or in a file. */
export async function runExport(args: GlobalArguments): Promise<number> {
  const words = args.command.slice(1);
  const value = (flag: string): string | undefined => {
    const at = words.indexOf(flag);
    if (at < 0) return undefined;
    const [, text] = words.splice(at, 2);
    if (text === undefined) throw new ZmxError('usage', USAGE);
    return text;
  };
  const [from, to, file] = [value('--from'), value('--to'), value('-o')];
  if (words.length > 1 || words[0]?.startsWith('-')) throw new ZmxError('usage', USAGE);
  const log = await findLog(placeOf(args), words[0]);
  const recording = recordingOf(log.folder);
  const part = {
    from: Math.max(recording.from, from === undefined ? recording.from : parseMoment(from)),
    to: Math.min(recording.to, to === undefined ? recording.to : parseMoment(to)),
    title: log.meta?.command ?? '',
  };
  if (part.to < part.from)
    throw new ZmxError('usage', 'zmx export: nothing was recorded between these times');
  const lines = asciicast(recording, part);
  if (file === undefined) await print(lines);
  else writeFileSync(file, [...lines].map((line) => `${line}\n`).join(''), { mode: 0o600 });
  return 0;
}

async function print(lines: Iterable<string>): Promise<void> {
  let batch: string[] = [];
  const flush = (): Promise<void> =>
    new Promise((resolve) =>
      process.stdout.write(batch.map((line) => `${line}\n`).join(''), () => resolve()),
    );
  for (const line of lines) {
    batch.push(line);
    if (batch.length < WRITE_LINES) continue;
    await flush();
    batch = [];
  }
  await flush();
}
