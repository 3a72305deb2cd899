import type { Disposable } from '../base/disposable.ts';
import type { InputEvent, MouseInput } from '../term/keys/input-events.ts';
import type { Hit } from './compositor/hit-test.ts';
import type { ClientEvent } from './event-stream.ts';
import { type Gesture, MouseGestures } from './mouse-gestures.ts';
import type { ScreenView } from './screen-view.ts';

const NOWHERE: Hit = { place: 'none', pane: '', paneX: 0, paneY: 0 };

/**
 * What the terminal sent → events for the daemon. The client knows no key tables: it
 * says which key it was, and for the mouse what the user saw under the pointer, since
 * only the client knows what was drawn there at that moment.
 */
export class ClientInput implements Disposable {
  readonly #view: ScreenView;
  readonly #send: (event: ClientEvent, payload?: readonly Uint8Array[]) => void;
  readonly #gestures: MouseGestures;

  constructor(view: ScreenView, send: (event: ClientEvent, payload?: readonly Uint8Array[]) => void) {
    this.#view = view;
    this.#send = send;
    this.#gestures = new MouseGestures(
      (x, y) => {
        const target = view.at(x, y);
        return target.kind === 'hit' ? target.hit : NOWHERE;
      },
      (gesture) => this.#gesture(gesture),
    );
  }

  take(event: InputEvent): void {
    switch (event.kind) {
      case 'key':
        this.#send({ kind: 'key', key: event.key }, [event.raw]);
        return;
      case 'mouse':
        this.#mouse(event);
        return;
      case 'paste':
        this.#send({ kind: 'paste', part: event.part }, event.part === 'piece' ? [event.text] : []);
        return;
      case 'focus':
        this.#send({ kind: 'focus', focused: event.focused });
        return;
    }
  }

  dispose(): void {
    this.#gestures.dispose();
  }

  /** An overlay takes the mouse: a click chooses, the wheel moves as the arrow keys do. */
  #mouse(report: MouseInput): void {
    const target = this.#view.at(report.x, report.y);
    if (target.kind === 'hit') {
      this.#gestures.take(report);
      return;
    }
    const WHEEL_UP = 64;
    if (report.button === WHEEL_UP || report.button === WHEEL_UP + 1)
      this.#send({ kind: 'key', key: report.button === WHEEL_UP ? 'Up' : 'Down' });
    else if (report.button === 0 && report.release && target.value !== undefined)
      this.#send({ kind: 'choose', overlay: target.overlay, value: target.value });
  }

  #gesture({ key, hit, report }: Gesture): void {
    this.#send({
      kind: 'mouse',
      key,
      place: hit.place,
      pane: hit.pane,
      x: report.x,
      y: report.y,
      paneX: hit.paneX,
      paneY: hit.paneY,
      range: hit.range,
      button: report.button,
      release: report.release,
    });
  }
}
