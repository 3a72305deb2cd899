import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lexer } from '../../src/commands/language/lexer.ts';
import { quote } from '../../src/commands/language/syntax.ts';
import { TestHost } from './host.ts';

async function source(text: string): Promise<{ host: TestHost; output: string }> {
  const host = new TestHost();
  await host.text('new-session -d -s a');
  host.files.set('/x.conf', text);
  return { host, output: await host.text('source-file /x.conf') };
}

const prints = async (text: string) => (await source(text)).output;

test('quotes, escapes, comments and joined lines read as in tmux', async () => {
  assert.equal(await prints('display -p "a;b" ; display -p \'c"d\' # comment'), 'a;b\nc"d');
  assert.equal(await prints('display -p "\\u00e9\\101\\e\\s|" ; display -p a\\ b'), 'éA\x1b |\na b');
  assert.equal(await prints('display \\\n  -p "x\\\ny"'), 'xy');
  assert.equal(await prints('display -p "one\n   two"'), 'one\ntwo');
  assert.equal(await prints('set -g @a #{b}c'), '!empty value');
  assert.equal(await prints('display -p a ;; display -p b'), 'a\nb');
  assert.equal(await prints('; display -p b'), '!/x.conf:1: syntax error');
  assert.equal(await prints('display -p a\ndisplay -p }'), '!/x.conf:2: syntax error');
  assert.equal(await prints('display -p { new'), '!/x.conf:1: syntax error');
});

test('variables, home folders and conditions', async () => {
  const text = ['A=b', 'B="x y"', '%hidden C=3', `display -p $A-$\{B}-$C; show-environment -gh C`].join('\n');
  assert.equal(await prints(text), 'b-x y-3\nC=3');
  assert.equal(await prints('display -p ~/x'), '/home/test/x');
  const condition = (format: string) =>
    `%if ${format}\ndisplay -p yes\n%elif 1\ndisplay -p else\n%else\ndisplay -p no\n%endif`;
  assert.equal(await prints(condition('#{==:a,a}')), 'yes');
  assert.equal(await prints(condition('"#{==:a,b}"')), 'else');
  assert.equal(await prints('%if #{==:a,b} display -p yes %else display -p no %endif'), 'no');
});

test('an error ends its line; a mistake in one command leaves the others', async () => {
  assert.equal(
    await prints('display -p a ; kill-session -t nope ; display -p b\ndisplay -p c'),
    "a\nc\n!can't find session: nope",
  );
  assert.equal(
    await prints('display -p a\nnonsense\nif -F 1 { choose-nothing }\nkill-session -z\ndisplay -p b'),
    'a\nb\n!/x.conf:2: unknown command: nonsense\n/x.conf:3: unknown command: choose-nothing\n/x.conf:4: command kill-session: unknown flag -z',
  );
});

test('blocks keep their commands as they are', async () => {
  assert.equal(await prints('if -F 1 { display -p "a;b" ; display -p c } { display -p d }'), 'a;b\nc');
  assert.equal(await prints('display -p { x }'), '!/x.conf:1: unknown command: x');
  const { host } = await source('bind x if -F 1 "display a ; display b" {\n  display "x y"\n  new }');
  assert.equal(
    await host.text('list-keys -T prefix x'),
    'bind-key -T prefix x if-shell -F 1 "display a ; display b" { display-message "x y" ;; new-session }',
  );
});

test('command-alias stands for commands, with further words at its end', async () => {
  const host = new TestHost();
  await host.text('new-session -d -s a ; set -s command-alias[9] "hello=display -p"');
  assert.equal(await host.text('hello you'), 'you');
});

test('a binding survives being printed and read again, whatever its words hold', async () => {
  const surroundings = { variable: () => 'value', home: () => '/home' };
  const property = fc.property(fc.string({ unit: 'grapheme' }), (word) => {
    const token = new Lexer(quote(word), surroundings).next('word');
    assert.deepEqual({ ...token, line: 0 }, { kind: 'word', text: word, line: 0 });
  });
  fc.assert(property, { seed: 7, numRuns: 2000 });
});
