import type { Disposable } from '../base/disposable.ts';
import { type InputEvent, MouseButton, type MouseInput } from '../term/keys/input-events.ts';
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
  readonly #redraw: () => void;
  readonly #gestures: MouseGestures;

  constructor(
    view: ScreenView,
    send: (event: ClientEvent, payload?: readonly Uint8Array[]) => void,
    redraw: () => void,
  ) {
    this.#view = view;
    this.#send = send;
    this.#redraw = redraw;
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

  /**
   * An overlay takes the mouse that is over it: a click chooses, the wheel scrolls. A menu
   * is tmux's: it opens under a pressed button, and the release chooses, or says that
   * nothing was chosen.
   */
  #mouse(report: MouseInput): void {
    const target = this.#view.at(report.x, report.y);
    const { overlay } = this.#view.screen ?? {};
    const value = target.kind === 'overlay' ? target.value : undefined;
    if (this.#view.hover(value)) this.#redraw();
    if (target.kind === 'hit') this.#gestures.take(report);
    else if (report.button & MouseButton.wheel)
      this.#send({ kind: 'key', key: report.button & 1 ? 'WheelDown' : 'WheelUp' });
    if (!report.release) return;
    if (value !== undefined && target.kind === 'overlay')
      this.#send({ kind: 'choose', overlay: target.overlay, value });
    else if (overlay?.kind === 'menu') this.#send({ kind: 'choose', overlay: overlay.id, value: '' });
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
