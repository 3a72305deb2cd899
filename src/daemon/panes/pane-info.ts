import type { Emulator } from '../../term/emulator/emulator.ts';
import type { CopyState, PaneInfo } from './pane-engine.ts';

/** What the rest of the daemon wants to know of a pane, as it is now. */
export function paneInfo(
  emulator: Emulator,
  extra: {
    historySize: number;
    copy: CopyState | undefined;
    crashSafe: true | string;
    logged: true | string;
  },
): PaneInfo {
  const { decPrivateModes } = emulator.xterm.core.coreService;
  const { x, y, visible } = emulator.cursor;
  return {
    cols: emulator.cols,
    rows: emulator.rows,
    title: emulator.title,
    cursor: { x, y, visible },
    alternate: emulator.alternate,
    applicationCursor: decPrivateModes.applicationCursorKeys,
    applicationKeypad: decPrivateModes.applicationKeypad,
    bracketedPaste: decPrivateModes.bracketedPasteMode,
    focusEvents: decPrivateModes.sendFocus,
    mouse: emulator.input.mouse,
    mouseEncoding: emulator.input.mouseEncoding,
    modifyOtherKeys: emulator.input.modifyOtherKeys,
    kittyKeyboard: emulator.input.kittyKeyboard,
    ...extra,
  };
}

/** Whether keys, mouse or formats would come out differently; a moved cursor alone does not count. */
export function sameModes(a: PaneInfo, b: PaneInfo): boolean {
  return (
    JSON.stringify({ ...a, cursor: 0, historySize: 0 }) ===
    JSON.stringify({ ...b, cursor: 0, historySize: 0 })
  );
}
