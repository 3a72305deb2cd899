import { Signal } from '../../base/signal.ts';
import type { XtermHandle } from './xterm-internals.ts';

/** What a program tells its terminal and that is not on the screen. */
export type ProgramEvent =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'bell' }
  /** OSC 7: working folder. */
  | { readonly kind: 'cwd'; readonly path: string }
  /** OSC 52: text for the clipboard. Asking for its content is not answered: it is the user's. */
  | { readonly kind: 'clipboard'; readonly text: string };

export function programEvents({ terminal }: XtermHandle): Signal<ProgramEvent> {
  const events = new Signal<ProgramEvent>();
  const { parser } = terminal;
  terminal.onBell(() => events.emit({ kind: 'bell' }));
  terminal.onTitleChange((title) => events.emit({ kind: 'title', title }));
  parser.registerOscHandler(7, (text) => {
    const path = /^(?:file|kitty-shell-cwd):\/\/[^/]*(\/.*)$/.exec(text)?.[1];
    if (path !== undefined) events.emit({ kind: 'cwd', path: percentDecoded(path) });
    return true;
  });
  parser.registerOscHandler(52, (text) => {
    const base64 = /^[^;]*;([A-Za-z0-9+/=]*)$/.exec(text)?.[1];
    if (base64) events.emit({ kind: 'clipboard', text: Buffer.from(base64, 'base64').toString() });
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
