import { PANE_MENU, SESSION_MENU, WINDOW_MENU } from './default-menus.ts';
import type { DefaultRow } from './default-row.ts';

/** Without a prefix: the mouse. */
export const rootRows: readonly DefaultRow[] = [
  ['MouseDown1Pane', 'select-pane -t = ; send-keys -M'],
  ['MouseDown1Status', 'select-window -t ='],
  [
    'MouseDown2Pane',
    'select-pane -t = ; if-shell -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send-keys -M } { paste-buffer -p }',
  ],
  [
    'MouseDown3Pane',
    `if-shell -F -t = "#{||:#{mouse_any_flag},#{&&:#{pane_in_mode},#{?#{m/r:(copy|view)-mode,#{pane_mode}},0,1}}}" { select-pane -t = ; send-keys -M } { display-menu -T "#[align=centre]#{pane_index} (#{pane_id})" -t = -x M -y M ${PANE_MENU} }`,
  ],
  [
    'MouseDown3Status',
    `display-menu -T "#[align=centre]#{window_index}:#{window_name}" -t = -x W -y W ${WINDOW_MENU}`,
  ],
  ['MouseDown3StatusLeft', `display-menu -T "#[align=centre]#{session_name}" -t = -x M -y W ${SESSION_MENU}`],
  [
    'MouseDrag1Pane',
    'if-shell -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send-keys -M } { copy-mode -M }',
  ],
  ['MouseDrag1Border', 'resize-pane -M'],
  ['WheelUpPane', 'if-shell -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send-keys -M } { copy-mode -e }'],
  ['WheelUpStatus', 'previous-window'],
  ['WheelDownStatus', 'next-window'],
  [
    'DoubleClick1Pane',
    'select-pane -t = ; if-shell -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send-keys -M } { copy-mode -H ; send-keys -X select-word ; run-shell -d 0.3 ; send-keys -X copy-pipe-and-cancel }',
  ],
  [
    'TripleClick1Pane',
    'select-pane -t = ; if-shell -F "#{||:#{pane_in_mode},#{mouse_any_flag}}" { send-keys -M } { copy-mode -H ; send-keys -X select-line ; run-shell -d 0.3 ; send-keys -X copy-pipe-and-cancel }',
  ],
  [
    'M-MouseDown3Pane',
    `display-menu -T "#[align=centre]#{pane_index} (#{pane_id})" -t = -x M -y M ${PANE_MENU}`,
  ],
];
