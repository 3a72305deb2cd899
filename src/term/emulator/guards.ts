import type { RawParams, XtermHandle } from './xterm-internals.ts';

/**
 * Output comes from anywhere, and one sequence of it must neither hang nor end the
 * thread of all panes. The emulator repeats some operations as often as a parameter
 * says, up to 2^31 times, and fails on one that ends in the screen's last cell.
 */
export function guardAgainstOutput({ core }: XtermHandle): void {
  const parser = core._inputHandler._parser;
  const clamp = (id: { final: string; intermediates?: string }, limit: () => number): void => {
    parser.registerCsiHandler(id, ({ params }) => {
      params[0] = Math.min(params[0] ?? 0, limit());
      return false;
    });
  };
  // More lines than there are rows, more tabs than columns do nothing more.
  for (const final of ['L', 'M', 'S', 'T']) clamp({ final }, () => core.rows);
  for (const final of ['I', 'Z', '@', 'P']) clamp({ final }, () => core.cols);
  for (const final of ['@', 'A']) clamp({ final, intermediates: ' ' }, () => core.cols);
  for (const final of ['}', '~']) clamp({ final, intermediates: "'" }, () => core.cols);
  // REP fills a screen at most.
  clamp({ final: 'b' }, () => core.cols * core.rows);
  for (const prefix of ['', '?']) {
    parser.registerCsiHandler({ ...(prefix && { prefix }), final: 'J' }, (params) =>
      eraseAll(params, prefix === '?'),
    );
  }

  /** Erasing up to the last cell of all looks for a row below it; erasing everything is the same. */
  function eraseAll(params: RawParams, selective: boolean): boolean {
    const { x, y } = core._bufferService.buffer;
    if (params.params[0] !== 1 || y < core.rows - 1 || x < core.cols - 1) return false;
    const all = params.clone();
    all.params[0] = 2;
    return core._inputHandler.eraseInDisplay(all, selective);
  }
}
