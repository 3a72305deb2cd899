import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leaves } from '../../src/model/layout/cell.ts';
import { isConsistent } from '../../src/model/layout/resize.ts';
import { layoutText, parseLayout } from '../../src/model/layout/text.ts';
import { defaultOptions } from '../../src/model/options/definitions.ts';
import { Options } from '../../src/model/options/values.ts';
import { Pane } from '../../src/model/pane.ts';
import { Window } from '../../src/model/window.ts';
import {
  applyLayoutText,
  exchangePanes,
  placeFirstPane,
  removePane,
  resizePaneBy,
  resizeWindow,
  rotatePanes,
  selectNamedLayout,
  setPaneSize,
  splitPane,
  spreadEvenly,
  unzoom,
  wholeLayoutText,
  zoom,
} from '../../src/model/window-layout.ts';

const number = fc.nat(1000);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('split' as const), a: number, b: number, flags: fc.nat(7) }),
  },
  fc.record({ kind: fc.constant('remove' as const), a: number, b: number, flags: fc.nat(7) }),
  fc.record({
    kind: fc.constantFrom('resize', 'grow', 'size', 'named', 'spread', 'swap', 'rotate', 'zoom', 'unzoom'),
    a: number,
    b: number,
    flags: fc.nat(7),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A window that random steps change; each step gives it more or fewer panes, or other sizes. */
class Trial {
  readonly window: Window;
  #next = 0;

  constructor(cols: number, rows: number, status: string) {
    const options = new Options(undefined, { ...defaultOptions().window, 'pane-border-status': status });
    this.window = new Window(0, 'trial', cols, rows, options, 0);
    placeFirstPane(this.window, this.#pane());
  }

  take({ kind, a, b, flags }: Step): void {
    const { window } = this;
    const pane = window.panes[a % window.panes.length]!;
    const axis = flags & 1 ? 'cols' : 'rows';
    switch (kind) {
      case 'split':
        splitPane(window, pane, this.#pane(), {
          kind: flags & 1 ? 'left-right' : 'top-bottom',
          before: Boolean(flags & 2),
          full: Boolean(flags & 4),
          ...(b % 3 === 0 && { size: b % 40 }),
        });
        break;
      case 'remove':
        if (window.panes.length > 1) removePane(window, pane);
        break;
      case 'resize':
        resizeWindow(window, 1 + (a % 200), 1 + (b % 80));
        break;
      case 'grow':
        resizePaneBy(window, pane, axis, (b % 60) - 30);
        break;
      case 'size':
        setPaneSize(window, pane, axis, b % 100);
        break;
      case 'named':
        selectNamedLayout(window, b % 5);
        break;
      case 'spread':
        spreadEvenly(window, pane);
        break;
      case 'swap':
        unzoom(window);
        exchangePanes(pane, window.panes[b % window.panes.length]!);
        break;
      case 'rotate':
        unzoom(window);
        rotatePanes(window, Boolean(flags & 1));
        break;
      case 'zoom':
        zoom(window, pane);
        break;
      case 'unzoom':
        unzoom(window);
    }
  }

  /** Panes and borders cover each cell of the window once, and the tree names each pane once. */
  check(): void {
    const { window } = this;
    const whole = window.unzoomed ?? window.layout;
    assert.ok(isConsistent(whole), layoutText(whole));
    assert.deepEqual([whole.cols, whole.rows], [window.cols, window.rows]);
    const ids = (panes: readonly number[]) => [...panes].sort((x, y) => x - y);
    assert.deepEqual(ids(leaves(whole).map((leaf) => leaf.pane)), ids(window.panes.map((pane) => pane.id)));
    const cells = leaves(whole);
    const covered = cells.reduce((sum, leaf) => sum + leaf.cols * leaf.rows, 0);
    for (const [index, one] of cells.entries()) {
      assert.ok(
        one.x >= 0 && one.y >= 0 && one.x + one.cols <= window.cols && one.y + one.rows <= window.rows,
      );
      for (const two of cells.slice(index + 1)) {
        const apart =
          one.x + one.cols < two.x ||
          two.x + two.cols < one.x ||
          one.y + one.rows < two.y ||
          two.y + two.rows < one.y;
        assert.ok(apart, layoutText(whole));
      }
    }
    assert.ok(covered <= window.cols * window.rows);
    assert.ok(window.panes.includes(window.active));
    for (const pane of window.panes) assert.ok(pane.cols >= 1 && pane.rows >= 1);
  }

  #pane(): Pane {
    const id = this.#next++;
    return new Pane(id, `uuid-${id}`, this.window);
  }
}

test('whatever is done to a window, its panes tile it exactly', () => {
  const property = fc.property(
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('off', 'top', 'bottom'),
    fc.array(step, { maxLength: 40 }),
    (cols, rows, status, steps) => {
      const trial = new Trial(cols, rows, status);
      for (const each of steps) {
        trial.take(each);
        trial.check();
      }
    },
  );
  fc.assert(property, { seed: 11, numRuns: 300 });
});

test('a layout written as text and read again is the same', () => {
  const property = fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
    const trial = new Trial(120, 40, 'off');
    for (const each of steps) trial.take(each);
    unzoom(trial.window);
    const text = wholeLayoutText(trial.window);
    const order = leaves(trial.window.layout).map((leaf) => leaf.pane);
    assert.equal(layoutText(parseLayout(text, order, 'off')), text);
    const panes = trial.window.panes.map((pane) => pane.id);
    applyLayoutText(trial.window, text);
    trial.check();
    assert.deepEqual(
      leaves(trial.window.layout).map((leaf) => leaf.pane),
      panes,
    );
  });
  fc.assert(property, { seed: 12, numRuns: 200 });
});

test('a damaged layout is refused, and one with too many cells loses the last ones', () => {
  const text = '5e08,80x24,0,0{40x24,0,0,1,39x24,41,0[39x12,41,0,2,39x11,41,13,3]}';
  assert.throws(() => parseLayout(text.replace('80', '81'), [1, 2, 3], 'off'), /invalid layout/);
  const good = layoutText({
    kind: 'left-right',
    x: 0,
    y: 0,
    cols: 80,
    rows: 24,
    children: [
      { kind: 'leaf', pane: 0, x: 0, y: 0, cols: 40, rows: 24 },
      { kind: 'leaf', pane: 1, x: 41, y: 0, cols: 39, rows: 24 },
    ],
  });
  assert.deepEqual(leaves(parseLayout(good, [7], 'off')), [
    { kind: 'leaf', pane: 7, x: 0, y: 0, cols: 80, rows: 24 },
  ]);
  assert.throws(() => parseLayout(good, [1, 2, 3], 'off'), /have 3 panes but need 2/);
});
