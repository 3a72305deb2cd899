import type { Pane } from '../../pane.ts';
import type { PaneInfo } from '../../pane-info.ts';
import { printWords } from '../../words.ts';
import type { FormatContext, Value, Variables } from '../context.ts';

const of =
  (value: (pane: Pane, context: FormatContext) => Value) =>
  (context: FormatContext): Value =>
    context.pane && value(context.pane, context);

const ofInfo =
  (value: (info: PaneInfo) => Value) =>
  (context: FormatContext): Value =>
    context.pane?.info && value(context.pane.info);

export const paneVariables: Variables = {
  alternate_on: ofInfo((info) => info.alternate),
  copy_cursor_x: ofInfo((info) => info.copy?.x),
  copy_cursor_y: ofInfo((info) => info.copy?.y),
  cursor_flag: ofInfo((info) => info.cursor.visible),
  cursor_x: ofInfo((info) => info.cursor.x),
  cursor_y: ofInfo((info) => info.cursor.y),
  history_limit: of((_, { session, server }) =>
    (session?.options ?? server.globalOptions).number('history-limit'),
  ),
  history_size: ofInfo((info) => info.historySize),
  keypad_cursor_flag: ofInfo((info) => info.applicationCursor),
  keypad_flag: ofInfo((info) => info.applicationKeypad),
  mouse_all_flag: ofInfo((info) => info.mouse === 'any'),
  mouse_any_flag: ofInfo((info) => info.mouse !== 'none'),
  mouse_button_flag: ofInfo((info) => info.mouse === 'button'),
  mouse_sgr_flag: ofInfo((info) => info.mouseEncoding === 'sgr'),
  mouse_standard_flag: ofInfo((info) => info.mouse === 'normal'),
  mouse_utf8_flag: ofInfo((info) => info.mouseEncoding === 'utf8'),
  pane_active: of((pane) => pane === pane.window.active),
  pane_at_bottom: of((pane) => pane.y + pane.rows === pane.window.rows),
  pane_at_left: of((pane) => pane.x === 0),
  pane_at_right: of((pane) => pane.x + pane.cols === pane.window.cols),
  pane_at_top: of((pane) => pane.y === 0),
  pane_bottom: of((pane) => pane.y + pane.rows - 1),
  pane_current_command: of((pane) => pane.currentCommand || commandName(pane)),
  pane_current_path: of((pane) => pane.path),
  pane_dead: of((pane) => pane.dead),
  pane_dead_signal: of((pane) => pane.exit?.signal || undefined),
  pane_dead_status: of((pane) => (pane.exit && !pane.exit.signal ? pane.exit.code : undefined)),
  pane_dead_time: of((pane) => pane.exit?.time),
  pane_format: ({ kind }) => kind === 'pane',
  pane_height: of((pane) => pane.rows),
  pane_host: of((pane) => pane.host),
  pane_id: of((pane) => pane.name),
  pane_in_mode: of((pane) => (pane.inCopyMode || pane.clock ? 1 : 0)),
  pane_index: of((pane) => pane.index),
  pane_input_off: of((pane) => pane.inputOff),
  pane_last: of((pane) => pane === pane.window.lastPanes[0]),
  pane_last_command: of((pane) => pane.shellState?.command),
  pane_last_status: of((pane) => pane.shellState?.status),
  pane_left: of((pane) => pane.x),
  pane_marked: of((pane, { server }) => server.marked === pane),
  pane_marked_set: ({ server }) => server.marked !== undefined,
  pane_mode: of((pane) => (pane.inCopyMode ? 'copy-mode' : pane.clock ? 'clock-mode' : undefined)),
  pane_pid: of((pane) => pane.pid),
  pane_pipe: of((pane) => pane.pipe !== undefined),
  pane_restored: of((pane) => pane.restored),
  pane_restored_command: of((pane) => pane.restoration?.was),
  pane_restored_time: of((pane) => pane.restoration?.time),
  pane_right: of((pane) => pane.x + pane.cols - 1),
  pane_search_string: of((pane) => pane.searchString || undefined),
  pane_shell_state: of((pane) => pane.shellState?.phase),
  pane_stale: of((pane) => pane.staleMs !== undefined),
  pane_start_command: of((pane) => printWords(pane.startCommand)),
  pane_start_path: of((pane) => pane.startPath),
  pane_synchronized: of((pane) => pane.options.flag('synchronize-panes')),
  pane_title: of((pane, { server }) => pane.info?.title || pane.title || server.facts.host),
  pane_top: of((pane) => pane.y),
  pane_tty: of((pane) => pane.tty),
  pane_uuid: of((pane) => pane.uuid),
  pane_width: of((pane) => pane.cols),
  scroll_position: ofInfo((info) => info.copy?.scroll),
  selection_present: ofInfo((info) => info.copy?.selecting),
  selection_active: ofInfo((info) => info.copy?.selecting),
};

/** Name of the program that was started, until /proc has told the one in the foreground. */
function commandName(pane: Pane): string {
  const words = pane.startCommand;
  const first = words.length === 1 ? words[0]!.trim().split(/\s+/)[0] : words[0];
  return (first || pane.shell).replace(/^.*\//, '');
}
