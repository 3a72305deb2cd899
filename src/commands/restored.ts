import type { Pane } from '../model/pane.ts';
import type { Session } from '../model/session.ts';
import { type RestoredShell, restoredShell } from '../model/shell-restore.ts';
import { newShellState } from '../model/shell-state.ts';
import type { CommandContext } from './context.ts';

/**
 * What a shell gets that takes the place of the pane's last one, but for the variables that
 * the command line sets (-e); undefined where nothing is known.
 */
export function restoredFrom(
  session: Session,
  pane: Pane,
  assignments: readonly string[],
): RestoredShell | undefined {
  if (!pane.shellState) return undefined;
  const restored = restoredShell(pane.shellState, session.options.list('update-environment'));
  return { ...restored, variables: without(restored.variables, assignments) };
}

/** What a shell gets that begins beside another (-E): its environment and umask, without a past. */
export async function environmentFrom(
  context: CommandContext,
  session: Session,
  pane: Pane,
  assignments: readonly string[],
): Promise<RestoredShell> {
  const state = pane.shellState ?? {
    ...newShellState(),
    variables: await context.effects.programEnvironment(pane),
  };
  const { variables, umask } = restoredShell(state, session.options.list('update-environment'));
  return { cwd: '', variables: without(variables, assignments), umask, recent: [] };
}

function without(
  variables: Readonly<Record<string, string>>,
  assignments: readonly string[],
): Record<string, string> {
  const given = new Set(assignments.map((assignment) => assignment.replace(/=.*/s, '')));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !given.has(name)));
}
