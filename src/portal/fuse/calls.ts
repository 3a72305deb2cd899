import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { errorReply } from './replies.ts';
import { uniqueOf } from './requests.ts';

/** Interrupts of a call that will end soon are not answered: most signals (SIGCHLD, SIGURG) do not mean it. */
const INTERRUPT_GRACE_MS = 500;
/** How often calls that wait for a lost host are looked at. */
const CHECK_MS = 1000;

export interface Call {
  readonly request: Buffer;
  readonly since: number;
  interrupted?: NodeJS.Timeout;
}

export interface CallsOptions {
  readonly device: number;
  /** How long a call waits for a lost host before it fails with EIO, in ms. */
  readonly timeoutMs: number;
  /** Called before each reply: what the reply rests on goes first. */
  readonly beforeReply: () => void;
  /** Called when calls are given up. */
  readonly givenUp: () => void;
}

/** The requests under way in this thread: each is answered once, by its handler, an interrupt, a timeout or the end. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #pending = new Map<bigint, Call>();
  #lostSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  begin(request: Buffer): Call {
    const call: Call = { request, since: performance.now() };
    this.#pending.set(uniqueOf(request), call);
    return call;
  }

  /** Replies, unless the call was answered otherwise meanwhile. */
  answer(call: Call, message: Buffer): void {
    const unique = uniqueOf(call.request);
    clearTimeout(call.interrupted);
    this.#options.beforeReply();
    if (this.#pending.get(unique) !== call) return;
    this.#pending.delete(unique);
    try {
      writeSync(this.#options.device, message);
    } catch {
      // ENOENT: the kernel has given the request up; ENODEV: unmounted
    }
  }

  /** FUSE_INTERRUPT. While the host is lost at once, else when the call does not end by itself. */
  interrupt(unique: bigint): void {
    const call = this.#pending.get(unique);
    if (!call || call.interrupted) return;
    const grace = this.#lostSince === undefined ? INTERRUPT_GRACE_MS : 0;
    call.interrupted = setTimeout(() => this.#fail(call, constants.errno.EINTR), grace);
  }

  lost(): void {
    if (this.#lostSince !== undefined) return;
    this.#lostSince = performance.now();
    this.#timer = setInterval(() => this.#check(), Math.min(CHECK_MS, this.#options.timeoutMs));
  }

  held(): void {
    this.#lostSince = undefined;
    clearInterval(this.#timer);
  }

  /** Answers everything that is under way with EIO. */
  end(): void {
    this.held();
    for (const call of [...this.#pending.values()]) this.#fail(call, constants.errno.EIO);
  }

  #check(): void {
    const now = performance.now();
    const old = [...this.#pending.values()].filter(
      (call) => now - Math.max(call.since, this.#lostSince ?? now) >= this.#options.timeoutMs,
    );
    for (const call of old) this.#fail(call, constants.errno.EIO);
    if (old.length > 0) this.#options.givenUp();
  }

  #fail(call: Call, errno: number): void {
    this.answer(call, errorReply(call.request, errno));
  }
}
