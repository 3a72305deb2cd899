import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { MouseInput } from '../../src/term/keys/input-events.ts';
import type { Hit } from '../../src/tui/compositor/hit-test.ts';
import { MouseGestures } from '../../src/tui/mouse-gestures.ts';

/** Two panes of ten columns; what each report became, as `key pane@column`. */
function withGestures(t: TestContext): {
  told: string[];
  report: (button: number, x: number, release?: boolean) => void;
  pass: (ms: number) => void;
} {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: string[] = [];
  const find = (x: number): Hit => ({
    place: 'pane',
    pane: x < 10 ? 'left' : 'right',
    paneX: x % 10,
    paneY: 0,
  });
  const gestures = new MouseGestures(find, ({ key, hit }) => told.push(`${key} ${hit.pane}@${hit.paneX}`));
  t.after(() => gestures.dispose());
  const report = (button: number, x: number, release = false) => {
    const input: MouseInput = { kind: 'mouse', button, x, y: 0, release };
    gestures.take(input);
  };
  return { told, report, pass: (ms) => t.mock.timers.tick(ms) };
}

test('clicks that follow each other are second and third ones; a second that stays alone is a double click', (t) => {
  const { told, report, pass } = withGestures(t);
  const click = (x: number) => {
    report(0, x);
    report(0, x, true);
  };
  click(3);
  click(3);
  pass(300);
  assert.deepEqual(told, [
    'MouseDown1 left@3',
    'MouseUp1 left@3',
    'SecondClick1 left@3',
    'MouseUp1 left@3',
    'DoubleClick1 left@3',
  ]);
  told.length = 0;
  click(3);
  click(3);
  click(3);
  pass(300);
  assert.deepEqual(
    told.filter((key) => !key.startsWith('MouseUp')),
    ['MouseDown1 left@3', 'SecondClick1 left@3', 'TripleClick1 left@3'],
  );
  told.length = 0;
  click(3);
  click(13);
  pass(300);
  click(13);
  assert.deepEqual(
    told.filter((key) => !key.startsWith('MouseUp')),
    ['MouseDown1 left@3', 'MouseDown1 right@3', 'MouseDown1 right@3'],
  );
});

test('a drag begins where the button was pressed, stays with that pane and ends once', (t) => {
  const { told, report } = withGestures(t);
  report(2, 8);
  report(34, 12);
  report(34, 12);
  report(2, 13, true);
  assert.deepEqual(told, [
    'MouseDown3 left@8',
    'MouseDrag3 left@8',
    'MouseDrag3 left@12',
    'MouseDragEnd3 left@13',
  ]);
});

test('wheel, movement and modifiers have their names; a legacy release is of the button that was pressed', (t) => {
  const { told, report } = withGestures(t);
  report(64, 1);
  report(65 + 16, 1);
  report(35, 1);
  report(0 + 4 + 8, 1);
  report(1, 2);
  report(3, 2, true);
  assert.deepEqual(told, [
    'WheelUp left@1',
    'C-WheelDown left@1',
    'MouseMove left@1',
    'M-S-MouseDown1 left@1',
    'MouseDown2 left@2',
    'MouseUp2 left@2',
  ]);
});
