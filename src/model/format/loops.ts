import type { FormatContext } from './context.ts';
import { splitChoices } from './modifiers.ts';

/** `S:`, `W:` and `P:`: the format once for each session, window or pane; a second one is for the current. */
export function loop(
  context: FormatContext,
  kind: string,
  formats: string,
  expand: (text: string, context: FormatContext) => string,
): string {
  const [all, current] = splitChoices(formats);
  const { server, session, window } = context;
  if (kind === 'S') {
    return [...server.sessions.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((each) =>
        expand(all, {
          ...context,
          session: each,
          link: each.current,
          window: each.current.window,
          pane: each.current.window.active,
        }),
      )
      .join('');
  }
  if (kind === 'W') {
    return (session?.winlinks ?? [])
      .map((link) =>
        expand(link === session?.current ? (current ?? all) : all, {
          ...context,
          link,
          window: link.window,
          pane: link.window.active,
        }),
      )
      .join('');
  }
  return (window?.panes ?? [])
    .map((pane) => expand(pane === window?.active ? (current ?? all) : all, { ...context, pane }))
    .join('');
}
