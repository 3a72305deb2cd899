import type { ErrorInfo } from '../../protocol/errors.ts';
import type { Lane } from '../../protocol/message.ts';

/** Between the daemon's main thread and the thread of one files session. Messages of the protocol go by number. */
export interface WorkerStart {
  readonly session: string;
  readonly path: string;
  readonly folder: string;
  readonly key: string;
  readonly from: number;
  readonly sent: number;
}

export type ToWorker =
  /** Answered by `opened`. `quiet` is of the session's QuietMark. */
  | { readonly t: 'open'; readonly start: WorkerStart; readonly quiet: SharedArrayBuffer }
  | {
      readonly t: 'message';
      readonly type: number;
      readonly body: unknown;
      readonly payload: readonly Uint8Array[];
    }
  /** Answers an FS_OPEN: `re` is its id. */
  | { readonly t: 'rooted'; readonly re: number }
  /** Answered by `told`, behind every change so far. */
  | { readonly t: 'settle'; readonly call: number }
  /** Answered by `told` when the mutation has been applied. */
  | { readonly t: 'applied'; readonly call: number; readonly seq: number }
  /** Answered by `closed`, the last message of the session. */
  | { readonly t: 'close'; readonly erase: boolean };

export type FromWorker =
  /** The session is open, or could not be opened: then this is its last message. */
  | { readonly t: 'opened'; readonly error?: ErrorInfo }
  | { readonly t: 'closed' }
  /** To be sent to the client. */
  | {
      readonly t: 'send';
      readonly type: number;
      readonly body: unknown;
      readonly payload: readonly Uint8Array[];
      readonly lane: Lane;
    }
  | { readonly t: 'told'; readonly call: number; readonly clock: number };
