import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseKey } from '../../../src/term/keys/key-names.ts';

// What `tmux bind-key NAME` followed by `list-keys` of tmux 3.3a shows.
const shownByTmux: readonly [string, string][] = [
  ['C-Space', 'C-Space'],
  ['C-@', 'C-Space'],
  ['M-C-Space', 'M-C-@'],
  ['C-M-a', 'M-C-a'],
  ['C-M-S-Left', 'C-M-S-Left'],
  ['S-M-C-Up', 'C-M-S-Up'],
  ['^a', 'C-a'],
  ['^Space', 'C-Space'],
  ['C-A', 'C-a'],
  ['C-S-a', 'S-C-a'],
  ['S-a', 'S-a'],
  ['M-A', 'M-A'],
  ['C-?', 'C-?'],
  ['C-h', 'C-h'],
  ['C-m', 'Enter'],
  ['C-i', 'Tab'],
  ['C-[', 'Escape'],
  ['C-Enter', 'C-Enter'],
  ['S-Tab', 'S-Tab'],
  ['Delete', 'DC'],
  ['PageUp', 'PPage'],
  ['PgDn', 'NPage'],
  ['Insert', 'IC'],
  ['C-KP5', 'C-KP5'],
  ['M-é', 'M-é'],
  ['C-1', 'C-1'],
  ['C-_', 'C-_'],
  ['C-\\', 'C-\\'],
  ['C--', 'C--'],
  ['M--', 'M--'],
  ['0x41', 'A'],
  ['0xe9', 'é'],
  ['mousedown1pane', 'MouseDown1Pane'],
  ['C-MouseDown3Status', 'C-MouseDown3Status'],
  ['s-f1', 'S-F1'],
  ['npage', 'NPage'],
  ['M-Space', 'M-Space'],
  ['-', '-'],
];

test('names have the normal form that tmux shows', () => {
  for (const [typed, shown] of shownByTmux) assert.equal(normaliseKey(typed), shown, typed);
  for (const [, shown] of shownByTmux) assert.equal(normaliseKey(shown), shown, `${shown} is stable`);
});

test('names that are no key are unknown', () => {
  for (const name of ['', 'F0', 'F25', 'None', 'X-a', 'C-', 'ab', '\x01', '0x110000'])
    assert.equal(normaliseKey(name), undefined, JSON.stringify(name));
});
