import { existsSync } from 'node:fs';
import { plain } from '../portal/agents/profile.ts';
import { decide, rules } from '../portal/exec/rules.ts';
import type { PortalSettings } from '../portal/portal-options.ts';

/** `zmx portal HOST:DIR --explain CMD…`: which line of the table decides where this command runs, and what else the table has. */
export function explain(argv: readonly string[], root: string, settings: PortalSettings): void {
  const verdict = decide(
    {
      file: argv[0]!,
      argv,
      cwd: root,
      env: new Map(),
      umask: 0o22,
      terminal: { stdin: true, stdout: true, stderr: true },
      noInput: false,
      rows: 24,
      cols: 80,
    },
    {
      root,
      also: [],
      agent: plain,
      userLocal: settings.local,
      userRemote: settings.remote,
      shimPath: '',
      existsHere: existsSync,
      remoteHas: () => true,
    },
  );
  process.stdout.write(`${argv.join(' ')}\n  in ${root} runs ${words[verdict.where]}: ${verdict.why}\n\n`);
  process.stdout.write('The rules, the first that fits decides:\n');
  for (const { where, why } of rules) process.stdout.write(`  ${words[where].padEnd(11)} ${why}\n`);
}

const words = { local: 'here', remote: 'on the host' } as const;
