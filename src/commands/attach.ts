import { AttachedClient, type ClientTerminal } from '../model/client.ts';
import { bestSession, findTarget, targetOf } from '../model/target/find.ts';
import { resizeWindows } from '../model/window-size.ts';
import { CommandError, type Host } from './context.ts';
import { detachClient, switchClient } from './lifecycle.ts';
import { runWords } from './run.ts';

export interface AttachRequest {
  /** Id of the client: new, or the one of before after a restart of the daemon. */
  readonly id: string;
  /** tmux target of the session; '' = the most recent one. */
  readonly target: string;
  readonly create: boolean;
  readonly readOnly: boolean;
  readonly detachOthers: boolean;
  readonly cols: number;
  readonly rows: number;
  readonly terminal: ClientTerminal;
  readonly op: string;
}

/**
 * Makes a terminal an attached client (the ATTACH message), making the session where
 * that is asked for. A client that the model still has (from before a restart)
 * comes back to its session as it was, prompt and all.
 * @throws CommandError "can't find session: x"
 */
export async function attachClient(host: Host, request: AttachRequest): Promise<AttachedClient> {
  const { server } = host;
  const known = server.clients.get(request.id);
  if (known) {
    known.cols = request.cols;
    known.rows = request.rows;
    resizeWindows(server);
    return known;
  }
  const target = await sessionTarget(host, request);
  const { session, link, pane } = target;
  session.select(link);
  link.window.activate(pane);
  if (request.detachOthers)
    for (const other of server.clientsOf(session))
      detachClient(host, other, 'detached', `detached (from session ${session.name})`);
  session.environment.update(session.options.list('update-environment'), request.terminal.env);
  const client = new AttachedClient(
    request.id,
    session,
    request.cols,
    request.rows,
    request.terminal,
    server.now(),
  );
  client.readOnly = request.readOnly;
  client.ignoreSize = request.readOnly;
  server.clients.set(client.id, client);
  switchClient(host, client, session);
  server.raise('client-attached', { client, session });
  resizeWindows(server);
  return client;
}

async function sessionTarget(host: Host, request: AttachRequest) {
  const { server } = host;
  const { target } = request;
  if (target === '' && server.sessions.size > 0) return targetOf(bestSession(server)!);
  if (target !== '' && (!request.create || exists(host, target))) {
    const origin = { client: undefined, current: undefined, mouse: undefined };
    return findTarget(server, origin, target, /[:.%]/.test(target) ? 'pane' : 'session');
  }
  if (!request.create && target === '') throw new CommandError('no sessions');
  const { cwd, env } = request.terminal;
  const name = target === '' ? [] : ['-s', target.replace(/^=/, '')];
  const before = new Set(server.sessions.keys());
  const size = { cols: request.cols, rows: request.rows };
  const result = await runWords(host, { op: request.op, cwd, env, size }, ['new-session', ...name]);
  const made = [...server.sessions.values()].find((session) => !before.has(session.id));
  if (!made) throw new CommandError(result.errors.trim() || 'the session could not be made');
  return targetOf(made);
}

/** Only a whole name (or `$id`) is an existing session: `attach work` makes `work` beside `workshop`. */
function exists({ server }: Host, target: string): boolean {
  const name = target.replace(/^=/, '');
  return server.session(name) !== undefined || /[:.$%@]/.test(target);
}
