import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type Step, startTmux, stopTmux, walkTmux, walkZmx } from '../../support/copy-walk.ts';

before(startTmux);
after(stopTmux);

const motions: Step[] = [
  ['cursor-up'],
  ['cursor-down'],
  ['cursor-left'],
  ['cursor-right'],
  ['page-up'],
  ['page-down'],
  ['halfpage-up'],
  ['halfpage-down'],
  ['scroll-up'],
  ['scroll-down'],
  ['history-top'],
  ['history-bottom'],
  ['top-line'],
  ['middle-line'],
  ['bottom-line'],
  ['start-of-line'],
  ['end-of-line'],
  ['back-to-indentation'],
  ['next-word'],
  ['next-word-end'],
  ['previous-word'],
  ['next-space'],
  ['next-space-end'],
  ['previous-space'],
  ['next-paragraph'],
  ['previous-paragraph'],
  ['goto-line', '7'],
  ['jump-forward', 'o'],
  ['jump-backward', 'e'],
  ['jump-to-forward', 'i'],
  ['jump-to-backward', 'n'],
  ['jump-again'],
  ['jump-reverse'],
  ['search-forward', 'wor[dk]s'],
  ['search-backward', 'line 1'],
  ['search-forward-text', '[in]'],
  ['search-backward-text', 'a'],
  ['search-again'],
  ['search-reverse'],
  ['next-matching-bracket'],
  ['previous-matching-bracket'],
  ['set-mark'],
  ['jump-to-mark'],
];
const selecting: Step[] = [
  ['begin-selection'],
  ['clear-selection'],
  ['other-end'],
  ['rectangle-toggle'],
  ['select-word'],
  ['select-line'],
  ['stop-selection'],
];

const step = fc.oneof(
  { arbitrary: fc.constantFrom(...motions), weight: 6 },
  { arbitrary: fc.constantFrom(...selecting), weight: 1 },
);

for (const keys of ['vi', 'emacs']) {
  test(`random ${keys} commands lead where tmux's do, and copy the same`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        // tmux remembers the last search of a pane; both begin with the same.
        const all = [['search-backward-text', 'nowhere to be found'], ...steps];
        assert.deepEqual(await walkZmx(keys, all), walkTmux(keys, all));
      }),
      { seed: 5, numRuns: 25 },
    );
  });
}
