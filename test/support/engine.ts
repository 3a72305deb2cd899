import { join } from 'node:path';
import { logRoot } from '../../src/archive/log-folder.ts';
import { noLog } from '../../src/base/log.ts';
import { WorkerPaneEngine } from '../../src/daemon/panes/engine.ts';
import type { PaneChange, PaneOptions } from '../../src/daemon/panes/pane-engine.ts';
import { within } from './eventually.ts';
import { FrameScreen } from './frame-screen.ts';
import type { HeldPlace } from './held.ts';

export function startEngine(place: HeldPlace): WorkerPaneEngine {
  const engine = new WorkerPaneEngine(
    join(place.home.folders.state, 'recovery'),
    noLog,
    logRoot(place.home.folders.state),
  );
  place.atEnd(() => engine.dispose());
  return engine;
}

export function paneOptions(place: HeldPlace, pane: string, more: Partial<PaneOptions> = {}): PaneOptions {
  return { pane, holderSocket: place.socket, cols: 80, rows: 24, historyLimit: 50_000, ...more };
}

/** Shows a pane to a viewer that draws every frame at once. */
export function watch(engine: WorkerPaneEngine, pane: string, viewer = 'v'): FrameScreen {
  const screen = new FrameScreen();
  engine.frames.on((frame) => {
    if (frame.pane !== pane || frame.viewer !== viewer) return;
    screen.apply(frame);
    engine.acknowledge(pane, viewer, frame.frame.seq);
  });
  engine.show(pane, viewer);
  return screen;
}

/** Resolves when the screen that a viewer sees is as wanted. */
export async function untilScreen(
  engine: WorkerPaneEngine,
  screen: FrameScreen,
  wanted: RegExp | ((screen: FrameScreen) => boolean),
): Promise<void> {
  const holds = typeof wanted === 'function' ? wanted : () => wanted.test(screen.text());
  if (holds(screen)) return;
  const reached = new Promise<void>((resolve) => {
    const listening = engine.frames.on(() => {
      if (!holds(screen)) return;
      listening.dispose();
      resolve();
    });
  });
  await within(reached, `${wanted} on the screen`).catch((error: Error) => {
    throw new Error(`${error.message}; it shows:\n${screen.text()}`);
  });
}

/** The next change of this kind. */
export function nextChange<K extends PaneChange['kind']>(
  engine: WorkerPaneEngine,
  pane: string,
  kind: K,
): Promise<Extract<PaneChange, { kind: K }>> {
  const change = engine.changes.once((one) => one.pane === pane && one.kind === kind);
  return within(change, `${kind} of pane ${pane}`) as Promise<Extract<PaneChange, { kind: K }>>;
}
