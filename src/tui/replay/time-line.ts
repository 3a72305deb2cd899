import { commandAt, hasFailed, type LoggedCommand } from '../../archive/commands.ts';

export interface TimeLineState {
  readonly from: number;
  readonly to: number;
  readonly position: number;
  readonly playing: boolean;
  readonly speed: number;
  readonly commands: readonly LoggedCommand[];
  /** What could not be done, or what is missing here. */
  readonly note: string;
}

const STYLE = { played: 'fg=green,bold', rest: 'fg=brightblack', command: 'fg=white', failed: 'fg=red,bold' };

/** The column of the bar for a time, and the time of a column. */
export function columnOf(
  { from, to }: Pick<TimeLineState, 'from' | 'to'>,
  time: number,
  cols: number,
): number {
  return to > from
    ? Math.min(cols - 1, Math.max(0, Math.round(((time - from) / (to - from)) * (cols - 1))))
    : 0;
}

export function timeOf(
  { from, to }: Pick<TimeLineState, 'from' | 'to'>,
  column: number,
  cols: number,
): number {
  return cols > 1 ? from + (Math.min(cols - 1, Math.max(0, column)) / (cols - 1)) * (to - from) : from;
}

/**
 * The time line of a replay as two status lines in tmux's style notation: a bar with a mark
 * where a command began (red where one failed), and below it where we are and in what.
 */
export function timeLine(state: TimeLineState, cols: number): [bar: string, words: string] {
  return [bar(state, cols), words(state)];
}

function bar(state: TimeLineState, cols: number): string {
  const marks = new Array<'' | 'command' | 'failed'>(cols).fill('');
  for (const command of state.commands) {
    const column = columnOf(state, command.started, cols);
    if (hasFailed(command)) marks[column] = 'failed';
    else marks[column] ||= 'command';
  }
  const here = columnOf(state, state.position, cols);
  let text = '';
  let style = '';
  for (const [column, mark] of marks.entries()) {
    const wanted = column === here ? 'played' : mark || (column < here ? 'played' : 'rest');
    if (wanted !== style) text += `#[default,${STYLE[wanted]}]`;
    style = wanted;
    text += column === here ? '●' : mark === 'failed' ? '╳' : mark ? '┃' : '━';
  }
  return `${text}#[default]`;
}

function words({ position, playing, speed, commands, note }: TimeLineState): string {
  const left = ` ${playing ? '▶' : '■'} ${localTime(position)} ${speed}x `;
  const command = commandAt(commands, position);
  const middle = note || (command ? describe(command, position) : '');
  return `#[bold]${left}#[nobold]${escapeStyles(middle)}#[align=right] ? keys, q quit `;
}

function describe({ text, ended, status }: LoggedCommand, position: number): string {
  const line = text.replace(/\s*\n\s*/g, ' ⏎ ');
  if (ended === undefined || position < ended) return `$ ${line}`;
  return `$ ${line} → ${status}`;
}

/** `#` begins a style; control characters of a command line would move the cursor. */
function escapeStyles(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ').replaceAll('#', '##');
}

/** `2026-11-30 18:20:05`, in this machine's time zone. */
export function localTime(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
