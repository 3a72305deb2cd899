import type { AttachedClient } from '../model/client.ts';
import type { Host } from './context.ts';
import type { CommandResult } from './run.ts';

/** Shows a line in place of the status line; `delay` in ms, 0: until a key; undefined: display-time. */
export function showMessage(host: Host, client: AttachedClient, text: string, delay?: number): void {
  const { server } = host;
  const time = delay ?? client.session.options.number('display-time');
  client.message = { text, until: time === 0 ? 0 : server.now() + time };
  server.addMessage(`${client.name} message: ${text}`);
}

/** Output of commands that a key or a prompt ran: an overlay of lines; errors: a message. */
export function showResult(host: Host, client: AttachedClient, result: CommandResult): void {
  if (!host.server.clients.has(client.id)) return;
  if (result.output !== '') {
    const lines = result.output.replace(/\n$/, '').split('\n');
    client.overlay = { kind: 'text', id: overlayId(host), title: '', lines, scroll: 0 };
  }
  const [error] = result.errors.split('\n');
  if (error) showMessage(host, client, error.charAt(0).toUpperCase() + error.slice(1));
}

/** Overlays and prompts have ids, so that a late answer does not meet a newer one. */
export function overlayId({ server }: Host): string {
  return `o${server.next.overlay++}`;
}
