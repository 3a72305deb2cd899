import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { ShellWish } from '../../commands/context.ts';
import { environmentOf, isShell, promptProgram, shellWish } from '../../commands/spawn.ts';
import type { Pane } from '../../model/pane.ts';
import type { Offer } from '../../model/restoration.ts';
import type { Server } from '../../model/server.ts';
import type { Session } from '../../model/session.ts';
import { type RestoredShell, restoredShell } from '../../model/shell-restore.ts';
import { printWords } from '../../model/words.ts';
import { canEnter } from '../command-effects.ts';
import { type KnownCommand, offerOf, quoteWords, showable } from './offered-command.ts';

/** What a restore does with a pane: known before it is done, so that it can be shown. */
export type PanePlan =
  /** Its program had ended, and its screen is all that there is. */
  { readonly kind: 'dead' } | ShellPlan;

export interface ShellPlan {
  readonly kind: 'shell';
  readonly shell: string;
  readonly argv: readonly string[];
  readonly arg0: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number | undefined;
  /** Undefined where default-command is the pane's program. */
  readonly wish: ShellWish | undefined;
  /** Command line that was running, fit to be shown; '' for none. */
  readonly was: string;
  readonly offer: Offer | undefined;
  /** What cannot be as it was, a sentence each. */
  readonly notes: readonly string[];
}

/** @param oldHome the home folder in which the state was written. */
export function planPane(server: Server, pane: Pane, oldHome: string): PanePlan {
  if (pane.dead) return { kind: 'dead' };
  const [session] = server.sessionsWith(pane.window);
  const notes: string[] = [];
  const shell = shellFor(server, pane, notes);
  const cwd = folderFor(server, pane, oldHome, notes);
  const program = session
    ? promptProgram(session, pane, shell)
    : { argv: [shell], arg0: shell, isShell: true };
  const last = session && lastShell(session, pane, cwd);
  const known = commandOf(pane);
  const offer = known && offerOf(known, server.options.list('restore-commands'));
  if (known && !offer) notes.push('its command has characters that are not typed again');
  return {
    ...{ kind: 'shell', shell, argv: program.argv, arg0: program.arg0, cwd, notes, offer },
    env: session ? environmentFor(server, session, pane, shell) : {},
    umask: last?.umask ?? pane.foreground?.umask,
    wish: session && program.isShell ? shellWish(session, last) : undefined,
    was: known ? showable(known.text) : '',
  };
}

function environmentFor(server: Server, session: Session, pane: Pane, shell: string): Record<string, string> {
  return { ...environmentOf(server, session, pane), SHELL: shell };
}

/** What the pane's shell told of itself, but for a folder that is elsewhere now. */
function lastShell(session: Session, pane: Pane, cwd: string): RestoredShell | undefined {
  if (!pane.shellState) return undefined;
  return { ...restoredShell(pane.shellState, session.options.list('update-environment')), cwd };
}

/** The command that the pane was made for, else what its shell told, else what ran in front of that. */
function commandOf({ startCommand, shellState, foreground }: Pane): KnownCommand | undefined {
  if (startCommand.length > 0 && !isShell(startCommand))
    return { text: printWords(startCommand), trusted: true };
  if (shellState) {
    const { phase, command } = shellState;
    return phase === 'running' && command !== '' ? { text: command, trusted: true } : undefined;
  }
  if (foreground && foreground.argv.length > 0) return { text: quoteWords(foreground.argv), trusted: false };
  return undefined;
}

function shellFor(server: Server, pane: Pane, notes: string[]): string {
  if (pane.shell === '' || canRun(pane.shell)) return pane.shell || server.facts.shell;
  notes.push(`${pane.shell} is not on this machine, this is ${server.facts.shell}`);
  return server.facts.shell;
}

/** The folder it was in; under another home, the one of the same name; else the nearest that is left. */
function folderFor(server: Server, pane: Pane, oldHome: string, notes: string[]): string {
  const { home } = server.facts;
  const wanted: string =
    pane.shellState?.cwd || pane.foreground?.cwd || pane.currentPath || pane.startPath || home;
  const there: boolean = canEnter(wanted);
  if (there) return wanted;
  const moved = oldHome !== '' && oldHome !== home && `${wanted}/`.startsWith(`${oldHome}/`);
  let folder = moved ? home + wanted.slice(oldHome.length) : wanted;
  while (!canEnter(folder) && folder !== dirname(folder)) folder = dirname(folder);
  if (folder === '/') folder = home;
  notes.push(`${showable(wanted)} is not on this machine, this is ${showable(folder)}`);
  return folder;
}

function canRun(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
