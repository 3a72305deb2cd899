import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nanoid } from 'nanoid';
import { functionIn, isVariableName, looksLikeFunction } from '../../base/exported-function.ts';
import { integrationPath } from '../../base/package-root.ts';
import type { SpawnRequest } from '../../commands/context.ts';
import type { RestoredShell } from '../../model/shell-restore.ts';
import type { ShellName } from '../../term/shell-report.ts';
import { shellMeta } from './shell-meta.ts';

/** How a pane's shell is started with the integration. */
export interface ShellStart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** For the holder: with it the shell's reports are believed. */
  readonly meta: string;
}

/**
 * Prepares shells that report: by the program's own means of reading one more file, so that
 * no file of the user is touched and all of them are read as ever. What the shell is told
 * lies in a file that it removes before it reads any of the user's: a nonce in the
 * environment could be read by every program in the pane.
 */
export class ShellStarts {
  readonly #folder: string;
  readonly #programPath: string;

  /**
   * @param runtime the daemon's private folder for sockets, which does not outlive a reboot.
   * @param programPath the folder in which this `zmx` is, for a PATH that has none after the user's files
   */
  constructor(runtime: string, programPath: string) {
    this.#programPath = programPath;
    this.#folder = join(runtime, 'shells');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** The file with the variables of a session that follow the attached client. */
  livePath(session: number): string {
    return join(this.#folder, `session-${session}`);
  }

  /** undefined for a program that is no shell with an integration: then it is started as it is. */
  prepare({ pane, argv, env, shell }: SpawnRequest): ShellStart | undefined {
    const [program = ''] = argv;
    const name = basename(program);
    if (!shell?.integration || argv.length !== 1 || !isIntegrated(name)) return undefined;
    const nonce = nanoid();
    const path = join(this.#folder, pane);
    const lines = [
      `nonce ${nonce}`,
      `live ${encodeURIComponent(this.livePath(shell.session))}`,
      `path ${encodeURIComponent(this.#programPath)}`,
      ...startupOf(name, env).map((value) => `startup ${encodeURIComponent(value)}`),
      ...restoring(shell.restored),
    ];
    this.forget(pane);
    const history = shell.restored ? historyFile(name, shell.restored.recent) : '';
    if (history !== '') {
      lines.push('history');
      writeFileSync(`${path}.history`, history, { mode: 0o600 });
    }
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    const given = name === 'bash' ? importable({ ...env, ...functionsOf(shell.restored) }) : env;
    return { ...started(name, program, given, path), meta: shellMeta({ nonce }) };
  }

  /** Removes what a shell that never came to reading has left. */
  forget(pane: string): void {
    for (const suffix of ['', '.history']) rmSync(join(this.#folder, pane + suffix), { force: true });
  }

  /** The same for all panes that no longer exist. */
  keepOnly(panes: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#folder))
      if (!panes.has(name.replace(/\.history$/, ''))) rmSync(join(this.#folder, name), { force: true });
  }
}

function isIntegrated(name: string): name is ShellName {
  return name === 'bash' || name === 'zsh' || name === 'fish';
}

function started(
  name: ShellName,
  program: string,
  env: Readonly<Record<string, string>>,
  path: string,
): Pick<ShellStart, 'argv' | 'env'> {
  const told = { ...env, ZMX_SHELL_START: path };
  switch (name) {
    case 'bash':
      return {
        argv: [program, '--posix'],
        env: { ...told, ENV: integrationPath('bash/integration.bash') },
      };
    case 'zsh':
      return { argv: [program], env: { ...told, ZDOTDIR: integrationPath('zsh') } };
    case 'fish': {
      const script = integrationPath('fish/integration.fish').replace(/[\\']/g, '\\$&');
      return { argv: [program, '--init-command', `source '${script}'`], env: told };
    }
  }
}

/** Functions come in the environment: bash imports them without running anything. What the user's files define comes after that. */
function functionsOf(restored: RestoredShell | undefined): Record<string, string> {
  const entries = Object.entries(restored?.variables ?? {});
  return Object.fromEntries(entries.filter(([name, value]) => functionIn(name, value) !== undefined));
}

/** In its POSIX mode bash imports functions with the names of variables only, and complains of others. */
function importable(env: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(env);
  return Object.fromEntries(
    entries.filter(
      ([name, value]) => !looksLikeFunction(name) || isVariableName(functionIn(name, value) ?? ''),
    ),
  );
}

/** The user's own value of the variable that leads to the integration. */
function startupOf(name: ShellName, env: Readonly<Record<string, string>>): string[] {
  const value = name === 'bash' ? env.ENV : name === 'zsh' ? env.ZDOTDIR : undefined;
  return value === undefined ? [] : [value];
}

function restoring(restored: RestoredShell | undefined): string[] {
  if (!restored) return [];
  const { cwd, variables, umask } = restored;
  return [
    ...Object.entries(variables).flatMap(([name, value]) =>
      isVariableName(name) ? [`variable ${name}=${encodeURIComponent(value)}`] : [],
    ),
    ...(umask === undefined ? [] : [`umask ${umask.toString(8).padStart(3, '0')}`]),
    ...(cwd === '' ? [] : [`cwd ${encodeURIComponent(cwd)}`]),
  ];
}

/** The commands in the format of the shell's own history file; it reads them without writing them to the user's. */
function historyFile(name: ShellName, recent: readonly string[]): string {
  switch (name) {
    case 'bash': {
      // A line of time before each command, or one of several lines would become several.
      const time = `#${Math.floor(Date.now() / 1000)}`;
      return recent.map((line) => `${time}\n${line}\n`).join('');
    }
    case 'zsh':
      // A colon would begin a time.
      return recent
        .map((line) => line.replace(/^:/, '\\:').replace(/\\$/, '\\\\').replaceAll('\n', '\\\n'))
        .map((line) => `${line}\n`)
        .join('');
    case 'fish':
      return '';
  }
}
