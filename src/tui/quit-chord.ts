/**
 * The way out while nobody answers: Enter, `~`, `.`, as in ssh. Every other key is the
 * daemon's to understand, and a daemon that is out of reach understands none; without
 * this the user would have to close the terminal.
 */
const CHORD = ['Enter', '~', '.'];

export class QuitChord {
  #matched = 0;

  /** Whether this key, by its name, completes the chord. */
  take(key: string): boolean {
    if (key === CHORD[this.#matched]) this.#matched++;
    else this.#matched = key === CHORD[0] ? 1 : 0;
    if (this.#matched < CHORD.length) return false;
    this.#matched = 0;
    return true;
  }
}
