import { rmSync } from 'node:fs';
import { commandAt, commandsOf, type LoggedCommand } from '../../archive/commands.ts';
import { type LoggedPane, LogReader, listLogs } from '../../archive/log-reader.ts';
import { PrintedLines } from '../../archive/printed-lines.ts';
import { ZmxError } from '../../protocol/errors.ts';
import { localTime } from '../../tui/replay/time-line.ts';
import type { GlobalArguments } from '../arguments.ts';
import { placeOf } from '../endpoints.ts';
import { findLog, placeName } from './find-log.ts';
import { parseMoment } from './moment.ts';

const USAGE = `usage: zmx log search [-iE] [--from TIME] [--to TIME] [--pane PANE] TEXT
       zmx log list
       zmx log erase PANE`;

/** `zmx log`: what the panes of this machine have printed. */
export async function runLog(args: GlobalArguments): Promise<number> {
  const [, action, ...words] = args.command;
  const place = placeOf(args);
  if (action === 'list' && words.length === 0) return list(listLogs(place.state));
  if (action === 'erase' && words.length === 1) {
    const { folder, meta } = await findLog(place, words[0]);
    if (meta && !meta.ended)
      throw new ZmxError(
        'usage',
        `zmx: pane ${meta.name} lives; stop its log first: zmx set -p -t ${meta.name} log off`,
      );
    rmSync(folder, { recursive: true, force: true });
    return 0;
  }
  if (action !== 'search') throw new ZmxError('usage', USAGE);
  const wanted = parseSearch(words);
  const logs = wanted.pane === undefined ? listLogs(place.state) : [await findLog(place, wanted.pane)];
  let found = 1;
  for (const log of logs)
    for (const hit of search(log, wanted)) {
      found = 0;
      await print(hit);
    }
  return found;
}

interface Search {
  readonly matches: (line: string) => boolean;
  readonly from: number;
  readonly to: number;
  readonly pane: string | undefined;
}

function parseSearch(words: readonly string[]): Search {
  let flags = '';
  const values: Record<string, string> = {};
  let at = 0;
  for (; words[at]?.startsWith('-') && words[at] !== '--'; at++) {
    const word = words[at] as string;
    if (/^-[iE]+$/.test(word)) flags += word.slice(1);
    else if (/^--(from|to|pane)$/.test(word) && words[at + 1] !== undefined)
      values[word] = words[++at] as string;
    else throw new ZmxError('usage', USAGE);
  }
  if (words[at] === '--') at++;
  const text = words[at];
  if (text === undefined || text === '' || words.length > at + 1) throw new ZmxError('usage', USAGE);
  return {
    matches: matcher(text, flags),
    from: values['--from'] === undefined ? 0 : parseMoment(values['--from']),
    to: values['--to'] === undefined ? Number.POSITIVE_INFINITY : parseMoment(values['--to']),
    pane: values['--pane'],
  };
}

function matcher(text: string, flags: string): (line: string) => boolean {
  const ignoreCase = flags.includes('i');
  if (!flags.includes('E')) {
    if (!ignoreCase) return (line) => line.includes(text);
    const lower = text.toLowerCase();
    return (line) => line.toLowerCase().includes(lower);
  }
  try {
    const pattern = new RegExp(text, ignoreCase ? 'iu' : 'u');
    return (line) => pattern.test(line);
  } catch (error) {
    throw new ZmxError('usage', `zmx log search: ${(error as Error).message}`);
  }
}

/** A line for each hit: when, where, in which command with which status, and what was printed. */
function* search(log: LoggedPane, { matches, from, to }: Search): Generator<string> {
  const reader = new LogReader(log.folder);
  const commands = commandsOf(reader.marks());
  const where = log.meta ? `${log.meta.name} ${placeName(log.meta)}` : log.pane;
  const lines = new PrintedLines();
  /** The command that runs at this place of the log; none while a prompt is shown. */
  let running = runningAt(commands, reader.segmentAt(from)?.from ?? 0);
  const told = (text: string, time: number): string =>
    `${localTime(time)} ${where} ${describe(running)}${text}`;
  for (const record of reader.records(reader.segmentAt(from)?.number)) {
    if (record.time > to) break;
    if (record.kind === 'mark' && record.report.kind === 'command') {
      const { text } = record.report;
      running = commands.find((command) => command.started === record.time && command.text === text);
    } else if (record.kind === 'mark' && record.report.kind === 'finished') running = undefined;
    // What follows a gap does not continue the line.
    const ended = record.kind === 'gap' ? [lines.end()] : [];
    const printed = record.kind === 'output' ? lines.feed(record.bytes, record.time) : ended;
    for (const line of printed)
      if (line && line.time >= from && matches(line.text)) yield told(line.text, line.time);
  }
  const last = lines.end();
  if (last && last.time >= from && last.time <= to && matches(last.text)) yield told(last.text, last.time);
}

function runningAt(commands: readonly LoggedCommand[], time: number): LoggedCommand | undefined {
  const last = commandAt(commands, time);
  return last && (last.ended === undefined || last.ended > time) ? last : undefined;
}

function describe(command: LoggedCommand | undefined): string {
  if (!command) return '';
  const line = command.text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');
  return `[${line}${command.status === undefined ? '' : ` → ${command.status}`}] `;
}

async function list(logs: readonly LoggedPane[]): Promise<number> {
  for (const { pane, folder, meta } of logs) {
    const { segments } = new LogReader(folder);
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const [first, last] = [segments[0], segments.at(-1)];
    const span = first && last ? `${localTime(first.from)} – ${localTime(last.to)}` : 'empty';
    const name = meta
      ? `${meta.name} ${placeName(meta)} ${meta.ended ? 'ended' : 'lives'} ${meta.command}`
      : '';
    await print(`${pane} ${span} ${(bytes / 1024).toFixed(0)} KiB ${name}`);
  }
  return 0;
}

function print(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}
