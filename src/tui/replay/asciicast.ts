import type { LogRecord } from '../../archive/records.ts';
import { ScreenView } from '../screen-view.ts';
import { NO_LINK, paneScreen } from './pane-screen.ts';
import type { Recording } from './player.ts';
import { ReplayScreen } from './replay-screen.ts';

export interface CastOptions {
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

const PANE = 'cast';
/** Colours and attributes as the pane had them; whoever plays it reduces them as needed. */
const TERM = 'xterm-256color';
const FEATURES = new Set(['rgb', 'undercurl', 'links']);

/**
 * A part of a pane's past in asciicast v3 (docs.asciinema.org/manual/asciicast/v3), line by
 * line: a header, then `[seconds since the event before, code, data]` with the codes `o`
 * output, `r` resize and `m` mark (a command line). It begins with the screen as it was.
 */
export function* asciicast(recording: Recording, { from, to, title }: CastOptions): Generator<string> {
  const stage = new ReplayScreen();
  try {
    const records = recording.records(from)[Symbol.iterator]();
    let next = records.next();
    for (; !next.done && next.value.time <= from; next = records.next()) stage.take(next.value);
    const { cols, rows } = stage.size;
    const timestamp = Math.floor(from / 1000);
    yield JSON.stringify({ version: 3, term: { cols, rows, type: TERM }, timestamp, title });

    const text = new TextDecoder();
    let last = from;
    const event = (time: number, code: string, data: string): string => {
      const seconds = Math.max(0, time - last) / 1000;
      last = Math.max(last, time);
      return JSON.stringify([seconds, code, data]);
    };
    yield event(from, 'o', redraw(stage));
    for (; !next.done && next.value.time <= to; next = records.next()) {
      const record: LogRecord = next.value;
      const begun = stage.take(record);
      if (record.kind === 'output') {
        const data = text.decode(record.bytes, { stream: true });
        if (data) yield event(record.time, 'o', data);
      } else if (record.kind === 'resize') yield event(record.time, 'r', `${record.cols}x${record.rows}`);
      else if (record.kind === 'mark' && record.report.kind === 'command')
        yield event(record.time, 'm', record.report.text);
      else if (begun) {
        yield event(record.time, 'r', `${stage.size.cols}x${stage.size.rows}`);
        yield event(record.time, 'o', redraw(stage));
      }
    }
  } finally {
    stage.dispose();
  }
}

/** What makes a terminal of the same size show the screen as it is. */
function redraw(stage: ReplayScreen): string {
  const drawn = stage.whole(PANE);
  if (!drawn) return '';
  const view = new ScreenView(TERM, FEATURES, stage.size, () => {});
  view.frames.take(drawn.frame, drawn.payload);
  view.setScreen(paneScreen(PANE, stage.size, []));
  const bytes = view.draw(NO_LINK);
  view.dispose();
  return `\x1bc${Buffer.from(bytes).toString()}`;
}
