import { TMUX_VERSION } from '../../../base/tmux-version.ts';
import type { Variables } from '../context.ts';

/** Variables of the server itself, and of its mouse. */
export const serverVariables: Variables = {
  config_files: ({ server }) => server.facts.configFiles.join(','),
  host: ({ server }) => server.facts.host,
  host_short: ({ server }) => server.facts.host.split('.')[0],
  next_session_id: ({ server }) => `$${server.next.session}`,
  pid: ({ server }) => server.facts.pid,
  socket_path: ({ server }) => server.facts.socketPath,
  start_time: ({ server }) => server.facts.startTime,
  uid: ({ server }) => server.facts.uid,
  user: ({ server }) => server.facts.user,
  version: () => TMUX_VERSION,
  zmx_version: ({ server }) => server.facts.version,
  mouse_x: ({ mouse }) => mouse?.paneX,
  mouse_y: ({ mouse }) => mouse?.paneY,
  mouse_status_range: ({ mouse }) => (mouse ? mouse.range.split('|')[0] : undefined),
  mouse_word: () => undefined,
  mouse_line: () => undefined,
};
