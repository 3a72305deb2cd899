import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_REDACTION, isLeftOut, redactionOf, setsSecret } from '../../src/model/environment-redact.ts';
import { restoredShell } from '../../src/model/shell-restore.ts';
import {
  afterReport,
  MAX_RECENT_COMMANDS,
  newShellState,
  type ShellState,
} from '../../src/model/shell-state.ts';
import type { ShellReport } from '../../src/term/shell-report.ts';

const redacted = redactionOf(DEFAULT_REDACTION);

/** The state after these reports, numbered from `first` on, a second each. */
function after(reports: readonly ShellReport[], known?: ShellState, first = 1): ShellState {
  return reports.reduce<ShellState>(
    (state, report, at) =>
      afterReport(state, report, { number: first + at, time: (first + at) * 1000, redacted }),
    known ?? newShellState(),
  );
}

const SESSION: readonly ShellReport[] = [
  { kind: 'started', shell: 'bash' },
  { kind: 'cwd', path: '/home/ann' },
  {
    kind: 'environment',
    variables: { EDITOR: 'vi', API_TOKEN: 'x', DISPLAY: ':1', PATH: '/bin' },
    umask: 0o27,
  },
  { kind: 'prompt' },
  { kind: 'command', text: 'make', cwd: '/home/ann' },
  { kind: 'finished', status: 2 },
  { kind: 'prompt' },
];

test('reports add up, and each counts once however often it comes', () => {
  const state = after(SESSION);
  assert.deepEqual(state, {
    ...{ shell: 'bash', cwd: '/home/ann', umask: 0o27, number: 7, phase: 'prompt' },
    ...{ variables: { EDITOR: 'vi', DISPLAY: ':1', PATH: '/bin' }, redacted: ['API_TOKEN'] },
    ...{ command: 'make', status: 2, startedAt: 5000, finishedAt: 6000, recent: ['make'] },
  });
  assert.equal(after(SESSION, state), state);
  assert.equal(after(SESSION.slice(3), state, 4), state);
});

test('a shell that begins takes over what is known until it has told its own', () => {
  const old = after(SESSION);
  const begun = after([{ kind: 'started', shell: 'zsh' }], { ...old, number: 0 });
  assert.deepEqual(begun, { ...old, shell: 'zsh', number: 1, phase: 'starting' });
});

test('the newest commands are kept, repetitions once, and none that sets a secret', () => {
  const lines = [
    'a',
    'a',
    ' ',
    'export API_TOKEN=s3',
    'b',
    ...Array.from({ length: 200 }, (_, at) => `c${at}`),
  ];
  const state = after(lines.map((text) => ({ kind: 'command', text, cwd: '/' })));
  assert.equal(state.recent.length, MAX_RECENT_COMMANDS);
  assert.equal(state.recent.at(-1), 'c199');
  assert.deepEqual(after(lines.slice(0, 5).map((text) => ({ kind: 'command', text, cwd: '/' }))).recent, [
    'a',
    'b',
  ]);
});

test('secrets are known by name and by value', () => {
  const secrets = {
    GITHUB_TOKEN: '1',
    my_password: '1',
    AWS_PROFILE: '1',
    DEPLOY_KEY: '1',
    DATABASE_URL: 'postgres://ann:pw@db/x',
    FINE: 'ghp_abcdef',
    ALSO: 'sk-abc',
    PEM: '-----BEGIN RSA PRIVATE KEY-----\nx',
  };
  const plain = {
    PATH: '/bin',
    OLDPWD: '/',
    KEYBOARD: 'us',
    URL: 'https://host/x',
    MONKEY: '1',
    TASK: 'sketch',
  };
  for (const [name, value] of Object.entries(secrets)) assert.ok(redacted(name, value), name);
  for (const [name, value] of Object.entries(plain)) assert.ok(!redacted(name, value), name);
  for (const line of [
    'A=1 API_TOKEN=x cmd',
    'export X_KEY="a b"',
    'set -gx X_SECRET abc',
    'curl; URL=a://b:c@d',
  ])
    assert.ok(setsSecret(line, redacted), line);
  for (const line of ['echo $API_TOKEN', 'FOO=1 make KEY', 'set -x EDITOR vi', 'git log --author=a@b'])
    assert.ok(!setsSecret(line, redacted), line);
});

test('a function is left out by its name, by what it sets and by its words', () => {
  const leftOut = (name: string, body: string, patterns = DEFAULT_REDACTION) =>
    isLeftOut(`BASH_FUNC_${name}%%`, `() { ${body}\n}`, redactionOf(patterns));
  assert.ok(leftOut('api_key', ':'));
  assert.ok(leftOut('deploy', ':', ['deploy']));
  assert.ok(leftOut('deploy', ':', ['BASH_FUNC_*']));
  assert.ok(leftOut('push', 'API_TOKEN=x git push'));
  assert.ok(leftOut('ask', 'curl -H "Authorization: sk-abcdefgh" $url'));
  assert.ok(leftOut('fetch', 'git fetch https://ann:pw@host/x'));
  assert.ok(!leftOut('fetch', 'git fetch "$API_TOKEN" https://host/x; FOO=1 make'));
  assert.ok(!isLeftOut('ASK', '() no function sk-abcdefgh', redactionOf(DEFAULT_REDACTION)));
});

test('what a shell gets back is nothing of a login, a terminal or a client', () => {
  const state = after([
    ...SESSION,
    {
      kind: 'environment',
      variables: {
        A: '1',
        ZMX: 'x',
        ZMX_PANE: '%1',
        TERM: 't',
        SSH_TTY: '/dev/1',
        XDG_RUNTIME_DIR: '/r',
        MINE: 'm',
      },
    },
  ]);
  assert.deepEqual(restoredShell(state, ['MINE']), {
    cwd: '/home/ann',
    variables: { A: '1' },
    umask: 0o27,
    recent: ['make'],
  });
});
