import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputDecoder } from '../../src/term/keys/input-decoder.ts';
import { FeatureProbe } from '../../src/tui/terminal-features.ts';

/** The features after a terminal's answers, and whether the questions are over. */
function probe(env: NodeJS.ProcessEnv, answers: string): { features: string; outstanding: boolean } {
  const asked = new FeatureProbe(env);
  asked.questions();
  for (const event of new InputDecoder().feed(Buffer.from(answers)))
    if (event.kind === 'reply') asked.take(event);
  return { features: [...asked.features].sort().join(' '), outstanding: asked.outstanding };
}

const always = 'clipboard focus links title';

test('the environment tells what it can before anything is asked', () => {
  const features = (env: NodeJS.ProcessEnv) => probe(env, '').features;
  assert.equal(features({ TERM: 'xterm-256color' }), always);
  assert.equal(
    features({ TERM: 'xterm-256color', COLORTERM: 'truecolor' }),
    'clipboard focus links rgb title undercurl',
  );
  assert.equal(features({ TERM: 'xterm-kitty' }), 'clipboard focus links rgb title undercurl');
  assert.equal(features({ TERM: 'linux', COLORTERM: 'truecolor' }), '');
});

test('answers add features, and DA1 ends the questions', () => {
  const env = { TERM: 'xterm-256color' };
  assert.deepEqual(probe(env, ''), { features: always, outstanding: true });
  assert.deepEqual(probe(env, '\x1b[?62;22c'), { features: always, outstanding: false });
  assert.equal(probe(env, '\x1b[?2026;2$y').features, 'clipboard focus links sync title');
  assert.equal(probe(env, '\x1b[?2026;0$y').features, always, 'a mode that is not known');
  assert.equal(probe(env, '\x1bP1+r524742=38\x1b\\').features, 'clipboard focus links rgb title');
  assert.equal(probe(env, '\x1b[?0u').features, 'clipboard focus kitty-keys links title');
  assert.equal(probe(env, '\x1bP>|XTerm(390)\x1b\\').features, 'clipboard focus links other-keys rgb title');
});

test('a terminal that would show the questions is not asked', () => {
  const asked = new FeatureProbe({ TERM: 'linux' });
  assert.equal(asked.questions(), '');
  assert.equal(asked.outstanding, false);
});
