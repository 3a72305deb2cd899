import { Environment } from '../model/environment.ts';
import { type Session, SessionGroup } from '../model/session.ts';
import { findTarget, targetOf } from '../model/target/find.ts';
import { statusRows } from '../model/window-size.ts';
import { attachTo, refuseNesting } from './attach-to.ts';
import type { Command } from './command.ts';
import { type CommandContext, CommandError, type Size } from './context.ts';
import { createWindow } from './create-window.ts';
import { type Arguments, parseNumber } from './language/arguments.ts';
import { killSession } from './lifecycle.ts';
import { checkAssignments } from './spawn.ts';
import { expand, formatOf } from './targets.ts';

const PRINT_FORMAT = '#{session_name}:';
const SIZE_MAXIMUM = 65_535;

export const newSession: Command = {
  name: 'new-session',
  alias: 'new',
  args: { flags: 'Ac:dDe:EF:f:n:Ps:t:x:Xy:', minimum: 0 },
  usage:
    '[-AdDEPX] [-c start-directory] [-e environment] [-F format] [-f flags] [-n window-name] [-s session-name] [-t group-name] [-x width] [-y height] [shell-command]',
  async run(context, args) {
    if (!args.has('d')) refuseNesting(context);
    const { server } = context;
    if (args.has('t') && (args.words.length > 0 || args.has('n')))
      throw new CommandError('command or window name given with target');
    const name = args.has('s') ? sessionName(expand(context, args.value('s')!)) : undefined;
    const existing = name === undefined ? undefined : server.session(name);
    if (existing && args.has('A')) {
      const options = { readOnly: false, detachOthers: args.has('D') || args.has('X') };
      attachTo(context, targetOf(existing), options);
      return;
    }
    if (existing) throw new CommandError(`duplicate session: ${name}`);
    const assignments = checkAssignments(args.values('e'));
    const group = args.has('t') ? groupFrom(context, args.value('t')!) : undefined;
    const prefix = group && `${group.name}-`;
    const session = server.newSession(name, folder(context, args), environment(context, args), prefix);
    for (const assignment of assignments) {
      const equals = assignment.indexOf('=');
      session.environment.set(assignment.slice(0, equals), assignment.slice(equals + 1));
    }
    setSize(context, args, session);
    if (group) session.join(group);
    try {
      if (session.winlinks.length === 0)
        await createWindow(context, session, {
          words: args.texts(),
          cwd: session.cwd,
          environment: [],
          index: undefined,
          name: args.has('n') ? expand(context, args.value('n')!) : undefined,
          size: args.has('d') ? undefined : sizeToAttach(context, session),
        });
    } catch (error) {
      if (server.sessions.has(session.id)) await killSession(context, session);
      throw error;
    }
    const target = targetOf(session);
    context.current = target;
    server.raise('session-created', { session });
    if (args.has('P')) {
      const format = formatOf(context, target);
      context.print(expand(context, args.value('F') ?? PRINT_FORMAT, target, format));
    }
    if (!args.has('d')) attachTo(context, target, { readOnly: false, detachOthers: false });
  },
};

/** The group that -t names, by itself or by a session of it; a session on its own begins one. */
function groupFrom(context: CommandContext, wanted: string): SessionGroup {
  const sessions = [...context.server.sessions.values()];
  const known = sessions.find(({ group }) => group.name === wanted)?.group;
  const session = findSession(context, wanted);
  if (session?.group.name) return session.group;
  if (!session && known) return known;
  const group = new SessionGroup(session?.name ?? groupName(wanted));
  if (session) {
    group.winlinks.push(...session.winlinks);
    const { current, last } = session;
    session.join(group);
    Object.assign(session, { current, last });
  }
  return group;
}

function findSession(context: CommandContext, wanted: string): Session | undefined {
  try {
    return findTarget(context.server, context, wanted, 'session').session;
  } catch {
    return undefined;
  }
}

function groupName(name: string): string {
  if (name === '') throw new CommandError('invalid session group: ');
  return name.replace(/[:.]/g, '_');
}

/** Names with `:` or `.` could not be targets: those become `_`. */
export function sessionName(name: string): string {
  if (name === '') throw new CommandError(`invalid session: ${name}`);
  return name.replace(/[:.]/g, '_');
}

function folder(context: CommandContext, args: Arguments): string {
  if (!args.has('c')) return context.cwd;
  const wanted = expand(context, args.value('c')!);
  return wanted.startsWith('/') ? wanted : `${context.cwd}/${wanted}`;
}

/** The variables of update-environment from the caller's environment, unless -E. */
function environment(context: CommandContext, args: Arguments): Environment {
  const result = new Environment();
  if (!args.has('E')) result.update(context.server.globalOptions.list('update-environment'), context.env);
  return result;
}

/** What the terminal that will attach leaves for panes. */
function sizeToAttach({ size }: CommandContext, session: Session): Size | undefined {
  return size && { cols: size.cols, rows: Math.max(1, size.rows - statusRows(session)) };
}

function setSize(context: CommandContext, args: Arguments, session: Session): void {
  if (!args.has('x') && !args.has('y')) return;
  const [cols, rows] = session.options.text('default-size').split('x');
  const size = (flag: string, what: string, own: number | undefined, otherwise: string | undefined) => {
    const text = args.value(flag);
    if (text === undefined) return otherwise;
    if (text === '-') return String(own ?? otherwise);
    return String(parseNumber(text, what, 1, SIZE_MAXIMUM));
  };
  const width = size('x', 'width', context.client?.cols, cols);
  const height = size('y', 'height', context.client?.rows, rows);
  session.options.set('default-size', `${width}x${height}`);
}
