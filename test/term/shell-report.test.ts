import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ProgramEvent } from '../../src/term/emulator/program-events.ts';
import { parseShellReport, type ShellReport } from '../../src/term/shell-report.ts';
import { emulate } from '../support/emulation.ts';

const NONCE = 'abcdefghijklmnopqrstuv';

test('every report is read as it was sent', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => !value.includes('\0'));
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
  const sent = fc.oneof(
    text.map((line) => ({ kind: 'command', text: line, cwd: '/a;b' }) as const),
    text.map((path) => ({ kind: 'cwd', path: `/${path}` }) as const),
    fc.nat(255).map((status) => ({ kind: 'finished', status }) as const),
    fc
      .dictionary(name, text, { noNullPrototype: true })
      .map((variables) => ({ kind: 'environment', variables, umask: 0o27 }) as const),
    fc.constantFrom<ShellReport>({ kind: 'prompt' }, { kind: 'started', shell: 'zsh' }),
  );
  fc.assert(
    fc.property(sent, fc.nat(), (report, number) => {
      const sentText = [NONCE, number, report.kind, ...encoded(report)].join(';');
      assert.deepEqual(parseShellReport(sentText), { nonce: NONCE, number, report });
    }),
    { seed: 7707 },
  );
});

test('what is not exactly a report is none', () => {
  const good = `${NONCE};1;environment;022;A=1`;
  assert.ok(parseShellReport(good));
  for (const bad of [
    '',
    'short;1;prompt',
    `${NONCE} ;1;prompt`,
    `${NONCE};-1;prompt`,
    `${NONCE};1e3;prompt`,
    `${NONCE};1;prompt;more`,
    `${NONCE};1;finished;256`,
    `${NONCE};1;finished;`,
    `${NONCE};1;cwd;relative`,
    `${NONCE};1;cwd;/${'a'.repeat(4096)}`,
    `${NONCE};1;cwd;/%00`,
    `${NONCE};1;cwd;/%ff`,
    `${NONCE};1;cwd;/%4`,
    `${NONCE};1;started;dash`,
    `${NONCE};1;restore;rm`,
    `${NONCE};1;environment;999;A=1`,
    `${NONCE};1;environment;022;=1`,
    `${NONCE};1;environment;022;A`,
    `${NONCE};1;environment;022;BASH_FUNC_ls%%=1`,
    `${NONCE};1;environment;022;${'A=1;'.repeat(5000)}A=1`,
    `${NONCE};1;command;ls;/${' '.repeat(600 * 1024)}`,
  ])
    assert.equal(parseShellReport(bad), undefined, bad.slice(0, 80));
});

test('a variable that could not be given back is left out alone', () => {
  const { report } = parseShellReport(
    `${NONCE};1;environment;;A=1;B=%ff;C=${'c'.repeat(128 * 1024 + 1)};D=`,
  )!;
  assert.deepEqual(report, { kind: 'environment', variables: { A: '1', D: '' } });
});

test('a function is a variable as bash names it, and what only looks like one is left out alone', () => {
  const sent = {
    'BASH_FUNC_deploy%%': '() { echo a;b=%\n}',
    'BASH_FUNC_git-foo::é%%': '() { :\n}',
    'BASH_FUNC_ls%%': 'rm -rf ~',
    'BASH_FUNC_a b%%': '() { :\n}',
    'BASH_FUNC_$(x)%%': '() { :\n}',
    'BASH_FUNC_-x%%': '() { :\n}',
    BASH_FUNC_plain: '1',
  };
  const fields = Object.entries(sent).map((entry) => entry.map(encodeURIComponent).join('='));
  const { report } = parseShellReport([NONCE, 1, 'environment', '', ...fields].join(';'))!;
  assert.ok(report.kind === 'environment');
  assert.deepEqual(Object.keys(report.variables), [
    'BASH_FUNC_deploy%%',
    'BASH_FUNC_git-foo::é%%',
    'BASH_FUNC_plain',
  ]);
  assert.equal(report.variables['BASH_FUNC_deploy%%'], sent['BASH_FUNC_deploy%%']);
});

test('a report arrives however the output is cut, and none arrives from inside another sequence', () => {
  const report = `\x1b]7707;${NONCE};7;finished;3\x1b\\`;
  for (let cut = 0; cut <= report.length; cut++) {
    const heard = reportsOf([report.slice(0, cut), report.slice(cut)]);
    assert.deepEqual(heard, [
      { kind: 'shell', nonce: NONCE, number: 7, report: { kind: 'finished', status: 3 } },
    ]);
  }
  for (const hidden of [
    `\x1bPtmux;${report.slice(1)}`,
    `\x1bP+q${report.slice(1)}`,
    `\x1b_${report.slice(1)}`,
    `\x1b]0;${report.slice(1)}`,
    report.replace('7707', '77070'),
    report.replace('7707', '07707x'),
  ])
    assert.deepEqual(reportsOf([hidden]), [], JSON.stringify(hidden));
});

function encoded(report: ShellReport): string[] {
  const code = encodeURIComponent;
  switch (report.kind) {
    case 'command':
      return [code(report.text), code(report.cwd)];
    case 'cwd':
      return [code(report.path)];
    case 'finished':
      return [String(report.status)];
    case 'started':
      return [report.shell];
    case 'prompt':
      return [];
    case 'environment':
      return [
        report.umask?.toString(8) ?? '',
        ...Object.entries(report.variables).map(([name, value]) => `${name}=${code(value)}`),
      ];
  }
}

function reportsOf(pieces: readonly string[]): ProgramEvent[] {
  const { emulator } = emulate();
  const heard: ProgramEvent[] = [];
  emulator.events.on((event) => event.kind === 'shell' && heard.push(event));
  for (const piece of pieces) emulator.write(Buffer.from(piece));
  emulator.dispose();
  return heard;
}
