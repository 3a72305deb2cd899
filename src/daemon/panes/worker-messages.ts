import type { LogSettings } from '../../archive/pane-log.ts';
import type {
  CaptureOptions,
  CopyState,
  EngineFrame,
  PaneChange,
  PaneInfo,
  PaneOptions,
} from './pane-engine.ts';
import type { TextLimits } from './text-sink.ts';

/** What the engine in the main thread and its worker threads say to each other. */

/** Requests; each is answered by `result` or `failed` with its id. */
export type WorkerRequest =
  | { readonly t: 'open'; readonly options: PaneOptions }
  | { readonly t: 'close'; readonly pane: string; readonly erase: boolean }
  | {
      readonly t: 'capture';
      readonly pane: string;
      readonly options: CaptureOptions;
      readonly to: TextLimits;
    }
  | {
      readonly t: 'copy-mode';
      readonly pane: string;
      readonly command: string;
      readonly args: readonly string[];
    }
  | { readonly t: 'clear-history'; readonly pane: string }
  | { readonly t: 'trim-below'; readonly pane: string }
  | { readonly t: 'reset'; readonly pane: string }
  | { readonly t: 'print'; readonly pane: string; readonly text: string }
  | { readonly t: 'show-end'; readonly pane: string; readonly format: string }
  | { readonly t: 'checkpoint-all' };

/** What a request's `result` holds. */
export interface WorkerResults {
  readonly open: PaneInfo;
  readonly close: undefined;
  readonly capture: string | number;
  readonly 'copy-mode': CopyState;
  readonly 'clear-history': undefined;
  readonly 'trim-below': undefined;
  readonly reset: undefined;
  readonly print: undefined;
  readonly 'show-end': undefined;
  readonly 'checkpoint-all': undefined;
}

export type ToWorker =
  | { readonly t: 'request'; readonly id: number; readonly request: WorkerRequest }
  | { readonly t: 'show' | 'hide' | 'refresh'; readonly pane: string; readonly viewer: string }
  | { readonly t: 'acknowledge'; readonly pane: string; readonly viewer: string; readonly seq: number }
  | { readonly t: 'log'; readonly pane: string; readonly settings: LogSettings }
  | { readonly t: 'resize'; readonly pane: string; readonly cols: number; readonly rows: number }
  | { readonly t: 'typed'; readonly pane: string; readonly size: number }
  | { readonly t: 'history-limit'; readonly pane: string; readonly lines: number };

export type FromWorker =
  | { readonly t: 'frame'; readonly frame: EngineFrame }
  | { readonly t: 'change'; readonly change: PaneChange }
  | { readonly t: 'log'; readonly line: string }
  | { readonly t: 'segment-closed'; readonly pane: string }
  | { readonly t: 'result'; readonly id: number; readonly value: unknown }
  | { readonly t: 'failed'; readonly id: number; readonly code: string; readonly message: string };

/** Given to a worker at its start. */
export interface WorkerData {
  /** Where checkpoints and history are kept. */
  readonly recoveryFolder: string;
  /** Where the panes' logs are; undefined: none are written. */
  readonly logFolder: string | undefined;
}
