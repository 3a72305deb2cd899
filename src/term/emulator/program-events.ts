import { Signal } from '../../base/signal.ts';
import { parseShellReport, SHELL_REPORT_OSC, type ShellReport } from '../shell-report.ts';
import type { XtermHandle } from './xterm-internals.ts';

/** What a program tells its terminal and that is not on the screen. */
export type ProgramEvent =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'bell' }
  /** OSC 7: working folder. */
  | { readonly kind: 'cwd'; readonly path: string }
  /** OSC 52: text for the clipboard. Asking for its content is not answered: it is the user's. */
  | { readonly kind: 'clipboard'; readonly text: string }
  /** OSC 7707: a report in a shell's name, to be believed only with the pane's nonce. */
  | { readonly kind: 'shell'; readonly nonce: string; readonly number: number; readonly report: ShellReport };

/** A title is for one line of a screen; whoever writes a novel into it gets its beginning. */
const MAX_TITLE_LENGTH = 1024;
/** PATH_MAX of Linux; a longer folder could not be entered. */
const MAX_PATH_LENGTH = 4096;

export function programEvents({ terminal, core }: XtermHandle): Signal<ProgramEvent> {
  const events = new Signal<ProgramEvent>();
  const { parser } = terminal;
  for (const osc of [0, 1, 2]) {
    parser.registerOscHandler(osc, (text) => {
      const title = text.slice(0, MAX_TITLE_LENGTH).replace(/[\x00-\x1f\x7f-\x9f]/g, '');
      if (osc !== 1) core._inputHandler.setTitle(title);
      if (osc !== 2) core._inputHandler.setIconName(title);
      return true;
    });
  }
  terminal.onBell(() => events.emit({ kind: 'bell' }));
  terminal.onTitleChange((title) => events.emit({ kind: 'title', title }));
  parser.registerOscHandler(7, (text) => {
    const path = /^(?:file|kitty-shell-cwd):\/\/[^/]*(\/.*)$/.exec(text)?.[1];
    if (path !== undefined && path.length <= MAX_PATH_LENGTH)
      events.emit({ kind: 'cwd', path: percentDecoded(path) });
    return true;
  });
  parser.registerOscHandler(52, (text) => {
    const base64 = /^[^;]*;([A-Za-z0-9+/=]*)$/.exec(text)?.[1];
    if (base64) events.emit({ kind: 'clipboard', text: Buffer.from(base64, 'base64').toString() });
    return true;
  });
  parser.registerOscHandler(SHELL_REPORT_OSC, (text) => {
    const numbered = parseShellReport(text);
    if (numbered) events.emit({ kind: 'shell', ...numbered });
    return true;
  });
  return events;
}

function percentDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
