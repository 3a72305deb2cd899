/** What was last seen in a pane's foreground; what a restore goes by. */
export interface Foreground {
  /** Working folder. */
  readonly cwd: string;
  /** Words of the command, as its process shows them; empty while the pane's own program is in front. */
  readonly argv: readonly string[];
  /** File mode creation mask of the process in front; undefined where it could not be read. */
  readonly umask?: number;
}

/** A command line for the prompt of a restored shell. */
export interface Offer {
  readonly text: string;
  /** Enter is pressed too: only for what `restore-commands` allows. */
  readonly run: boolean;
}

/** How a pane came back after its program was lost. */
export interface Restoration {
  /** ms since 1970. */
  readonly time: number;
  /** Command line that was running, fit to be shown; '' for a shell at its prompt. */
  readonly was: string;
  /** What could not be as it was, a sentence each. */
  readonly notes: readonly string[];
  /** Still to be typed; gone once it has been. */
  readonly offer?: Offer;
}

/** What a pane's first line after a restore says, e.g. `restored 2026-11-30 18:20, was running: vim notes`. */
export function restorationLine({ time, was, notes }: Restoration): string {
  const running = was === '' ? '' : `, was running: ${was}`;
  return [`restored ${localTime(time)}${running}`, ...notes].join('; ');
}

/** `2026-11-30 18:20` in this machine's zone. */
export function localTime(time: number, withSeconds = false): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = [at.getHours(), at.getMinutes(), ...(withSeconds ? [at.getSeconds()] : [])]
    .map(two)
    .join(':');
  return `${day} ${clock}`;
}
