import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { bytesOf, pathOf } from '../base/byte-text.ts';
import { programsOnPath } from '../base/programs-on-path.ts';
import { plain } from '../portal/agents/profile.ts';
import { decide, isShared, rules, type Verdict } from '../portal/exec/rules.ts';
import { isHandedOver } from '../portal/exec/shim-files.ts';
import type { PortalSettings } from '../portal/portal-options.ts';

type Patterns = Pick<PortalSettings, 'local' | 'remote'>;

/** `zmx portal --explain CMD…`: which line of the table decides where this command runs, and what else the table has. */
export async function explain(argv: readonly string[], root: string, settings: Patterns): Promise<void> {
  const programs = await programsOnPath(process.env.PATH ?? '');
  const { where, why } = verdictOn(argv, root, settings, (name) => programs.has(name));
  const lines = [
    argv.join(' '),
    `  in ${root} runs ${words[where]}: ${why}`,
    '',
    "Shells, git, rg, the project's executables and what only the host has are judged when they are",
    'started; all else runs here, and reaches the project through its files. The rules, the first',
    'that fits decides:',
    ...rules.map((rule) => `  ${words[rule.where].padEnd(11)} ${rule.why}`),
  ];
  process.stdout.write(bytesOf(`${lines.join('\n')}\n`));
}

const words = { local: 'here', remote: 'on the host' } as const;

/**
 * Where a command would run if it were started in the project at `root`, by the general rules.
 * @param here whether this machine has a program of this name on its PATH.
 */
export function verdictOn(
  argv: readonly string[],
  root: string,
  { local, remote }: Patterns,
  here: (name: string) => boolean,
): Verdict {
  const [program = ''] = argv;
  // By its name alone it is looked for in PATH, where nothing of the project is.
  const file = program.includes('/') ? posix.resolve(root, program) : `/usr/bin/${program}`;
  const ofProject = isShared(file, { root, also: [] });
  if (!ofProject && !isHandedOver(program, here))
    return { where: 'local', why: 'a program of this machine, which reaches the project through its files' };
  const verdict = decide(
    {
      file,
      argv,
      cwd: root,
      env: new Map(),
      umask: 0o22,
      terminal: { stdin: true, stdout: true, stderr: true },
      job: false,
      noInput: false,
      rows: 24,
      cols: 80,
    },
    {
      root,
      also: [],
      agent: plain,
      userLocal: local,
      userRemote: remote,
      shimPath: '',
      existsHere: (path) => existsSync(pathOf(path)),
      remoteHas: () => true,
    },
  );
  const onlyThere = verdict.where === 'remote' && !ofProject && !here(posix.basename(program));
  return onlyThere
    ? { ...verdict, why: `${verdict.why}, by a program that only the host may have` }
    : verdict;
}
