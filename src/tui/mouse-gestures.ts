import type { Disposable } from '../base/disposable.ts';
import { MouseButton, type MouseInput } from '../term/keys/input-events.ts';
import type { Hit } from './compositor/hit-test.ts';

/** A mouse report with tmux's name for it, e.g. `C-MouseDown1`, and where it happened. */
export interface Gesture {
  readonly key: string;
  readonly hit: Hit;
  readonly report: MouseInput;
}

/** tmux's KEYC_CLICK_TIMEOUT. */
const CLICK_TIMEOUT_MS = 300;

interface Click {
  readonly count: 1 | 2;
  readonly report: MouseInput;
  readonly hit: Hit;
}

/**
 * Reports of buttons and movement → tmux's mouse keys (server_client_check_mouse in
 * 3.3a): presses that follow each other are SecondClick and TripleClick, and a second
 * one that stays alone is told as DoubleClick when the time for a third has passed.
 * A drag begins where the button was pressed and stays with that pane or border.
 *
 * In the client and not in the daemon: clicks are told apart by their time, which a
 * network would change.
 */
export class MouseGestures implements Disposable {
  readonly #emit: (gesture: Gesture) => void;
  readonly #find: (x: number, y: number) => Hit;
  #click: Click | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The last press, until its release. */
  #held: { readonly report: MouseInput; readonly hit: Hit } | undefined;
  #dragging = false;
  #last: MouseInput | undefined;

  /** @param find what is drawn at a cell of the terminal. */
  constructor(find: (x: number, y: number) => Hit, emit: (gesture: Gesture) => void) {
    this.#find = find;
    this.#emit = emit;
  }

  take(report: MouseInput): void {
    const last = this.#last;
    this.#last = report;
    const low = report.button & MouseButton.mask;
    if (report.button & MouseButton.wheel) this.#tell(low === 0 ? 'WheelUp' : 'WheelDown', report);
    else if (report.button & MouseButton.motion && low === MouseButton.none) this.#move(report, last);
    else if (report.button & MouseButton.motion) this.#drag(report, last);
    else if (report.release) this.#release(report);
    else this.#press(report);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  /** Once for each cell, however often the terminal reports it. */
  #move(report: MouseInput, last: MouseInput | undefined): void {
    if (last && last.x === report.x && last.y === report.y && last.button === report.button) return;
    this.#tell('MouseMove', report);
  }

  #press(report: MouseInput): void {
    const hit = this.#find(report.x, report.y);
    this.#held = { report, hit };
    const before = this.#click;
    this.#endClick();
    const again =
      before?.report.button === report.button &&
      before.hit.place === hit.place &&
      before.hit.pane === hit.pane;
    const count = again ? before.count + 1 : 1;
    if (count < 3) {
      this.#click = { count: count as 1 | 2, report, hit };
      this.#timer = setTimeout(() => this.#clickOver(), CLICK_TIMEOUT_MS);
    }
    const name = ['MouseDown', 'SecondClick', 'TripleClick'][count - 1] as string;
    this.#emit({ key: named(name, report), hit, report });
  }

  #release(report: MouseInput): void {
    const held = this.#held;
    // Legacy reports do not say which button it was.
    const button =
      (report.button & MouseButton.mask) === MouseButton.none ? (held?.report.button ?? 0) : report.button;
    const known = {
      ...report,
      button: (button & MouseButton.mask) | (report.button & MouseButton.modifiers),
    };
    const dragged = this.#dragging;
    this.#dragging = false;
    this.#held = undefined;
    if (dragged && held)
      this.#emit({ key: named('MouseDragEnd', known), hit: moved(held, known), report: known });
    else this.#tell(named('MouseUp', known), known, true);
  }

  #drag(report: MouseInput, last: MouseInput | undefined): void {
    if (last && this.#dragging && last.x === report.x && last.y === report.y) return;
    this.#held ??= { report, hit: this.#find(report.x, report.y) };
    this.#endClick();
    // tmux's first drag event has the place of the press.
    if (!this.#dragging)
      this.#emit({
        key: named('MouseDrag', report),
        hit: this.#held.hit,
        report: { ...report, x: this.#held.report.x, y: this.#held.report.y },
      });
    this.#dragging = true;
    this.#emit({ key: named('MouseDrag', report), hit: moved(this.#held, report), report });
  }

  #clickOver(): void {
    const click = this.#click;
    this.#click = undefined;
    if (click?.count === 2)
      this.#emit({ key: named('DoubleClick', click.report), hit: click.hit, report: click.report });
  }

  #endClick(): void {
    clearTimeout(this.#timer);
    this.#click = undefined;
  }

  #tell(name: string, report: MouseInput, complete = false): void {
    const key = complete ? name : modifiers(report) + name;
    this.#emit({ key, hit: this.#find(report.x, report.y), report });
  }
}

/** The place of the press, with the pointer's cell counted from there: it may lie outside the pane. */
function moved(held: { readonly report: MouseInput; readonly hit: Hit }, to: MouseInput): Hit {
  return {
    ...held.hit,
    paneX: held.hit.paneX + to.x - held.report.x,
    paneY: held.hit.paneY + to.y - held.report.y,
  };
}

/** `MouseDown` and button 0 → `MouseDown1`. */
function named(name: string, report: MouseInput): string {
  return `${modifiers(report)}${name}${(report.button & MouseButton.mask) + 1}`;
}

function modifiers({ button }: MouseInput): string {
  const ctrl = button & MouseButton.ctrl ? 'C-' : '';
  const meta = button & MouseButton.meta ? 'M-' : '';
  return ctrl + meta + (button & MouseButton.shift ? 'S-' : '');
}
