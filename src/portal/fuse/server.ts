import { closeSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { native } from '../../base/native.ts';
import { entryPath } from '../../base/package-root.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { PrefetchBudget, RemoteFiles } from '../remote-files.ts';
import { Op } from './abi.ts';
import { Contents } from './contents.ts';
import { type Handler, readingHandlers } from './handlers.ts';
import { Notifier } from './notifier.ts';
import { RemoteTree } from './remote-tree.ts';
import { errnoOf, errorReply, type Owner } from './replies.ts';
import { inspect, isOneWay, MalformedRequest, opcodeOf, uniqueOf } from './requests.ts';
import { KERNEL_CACHE_SECONDS, Tree } from './tree.ts';
import type { Forwarded, ReaderEnded, ReaderStart, Update } from './updates.ts';

export interface FuseServerOptions {
  /** The opened /dev/fuse of a mount; closed by the server. */
  readonly device: number;
  readonly files: RemoteFiles;
  /** Shown as the owner of every file. */
  readonly owner: Owner;
  /** Absolute path of the program that runs in place of the tree's own executables. */
  readonly shim?: string;
}

/** Interrupts of a call that is likely to end soon are ignored for so long: many signals mean nothing (SIGCHLD, SIGURG). */
const INTERRUPT_GRACE_MS = 500;

interface Call {
  readonly request: Buffer;
  interrupted?: NodeJS.Timeout;
}

/**
 * Serves a tree on another host to the kernel. Three threads: the reader blocks on the
 * device and answers from its cache; this one has the network and answers the rest; the
 * notifier tells the kernel what to forget. npm's FUSE packages wrap libfuse's calls of 2009,
 * which cannot invalidate anything.
 */
export class FuseServer {
  readonly #options: FuseServerOptions;
  readonly #reader: Worker;
  readonly #notifier: Notifier;
  readonly #stop: number;
  readonly #tree: Tree;
  readonly #remote: RemoteTree;
  readonly #contents: Contents;
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #calls = new Map<bigint, Call>();
  readonly #ended: Promise<void>;
  #updates: Update[] = [];
  #closed = false;

  /** Asks for the root's attributes, then serves. */
  static async start(options: FuseServerOptions): Promise<FuseServer> {
    const root = await options.files.stat('');
    return new FuseServer(options, root.value);
  }

  private constructor(options: FuseServerOptions, root: Parameters<typeof Tree.prototype.setAttributes>[1]) {
    this.#options = options;
    const { files, device, owner } = options;
    const watched = files.watched ?? true;
    const post = (update: Update): void => {
      this.#updates.push(update);
    };
    this.#notifier = new Notifier(device);
    this.#tree = new Tree(
      {
        owner,
        watched,
        post,
        events: {
          changed: (node) => {
            this.#contents.drop(node);
            this.#notifier.inode(node.id, 0);
          },
          revised: (node) => this.#contents.revise(node),
          doubted: (node, attributesOnly) => this.#notifier.inode(node.id, attributesOnly ? -1 : 0),
          renamed: (folder, name) => {
            this.#notifier.entry(folder.id, name);
            this.#notifier.inode(folder.id, 0);
          },
        },
      },
      root,
    );
    this.#remote = new RemoteTree(files, this.#tree, () => false);
    this.#contents = new Contents({
      files,
      tree: this.#tree,
      post,
      fresh: (node, call) => this.#remote.fresh(node, call),
      refresh: (node) => this.#remote.refresh(node),
    });
    this.#handlers = new Map(
      readingHandlers({ files, tree: this.#tree, remote: this.#remote, contents: this.#contents, post }),
    );

    this.#stop = native().eventFd();
    const start: ReaderStart = {
      device,
      stop: this.#stop,
      valid: KERNEL_CACHE_SECONDS,
      execLine: options.shim === undefined ? '' : `#!${options.shim}\n`,
    };
    this.#reader = new Worker(entryPath('portal/fuse/reader'), { workerData: start });
    this.#ended = new Promise((resolve) => {
      this.#reader.on('message', (message: Forwarded | ReaderEnded) => {
        if ('ended' in message) resolve();
        else void this.#serve(Buffer.from(message.request.buffer));
      });
      this.#reader.on('exit', () => resolve());
    });
    this.#flush();
  }

  /** Resolves when the kernel has ended the mount, or after close(). */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Fetches metadata and small files ahead of their use. */
  async prefetch(budget: PrefetchBudget): Promise<void> {
    await this.#remote.log.during(() =>
      this.#options.files.prefetch(budget, (batch) => {
        this.#remote.prefetched(batch, (node, data) => this.#contents.keep(node, data));
        this.#flush();
      }),
    );
  }

  /** Ends the threads and closes the device, which ends the mount for whoever still uses it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    writeSync(this.#stop, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
    await this.#ended;
    await this.#reader.terminate();
    closeSync(this.#options.device);
    closeSync(this.#stop);
    await this.#notifier.close();
  }

  async #serve(request: Buffer): Promise<void> {
    const verdict = inspect(request);
    if (verdict !== 'ok') return;
    const opcode = opcodeOf(request);
    if (opcode === Op.INTERRUPT) {
      this.#interrupt(request.readBigUInt64LE(40));
      return;
    }
    if (isOneWay(opcode)) return;
    const call: Call = { request };
    this.#calls.set(uniqueOf(request), call);
    let message: Buffer;
    try {
      const handler = this.#handlers.get(opcode);
      message = handler ? await handler(request) : errorReply(request, constants.errno.ENOSYS);
    } catch (error) {
      message = errorReply(request, errnoFor(error));
    }
    this.#answer(call, message);
  }

  /** Replies once; the updates that the reply rests on go first. */
  #answer(call: Call, message: Buffer): void {
    const unique = uniqueOf(call.request);
    clearTimeout(call.interrupted);
    this.#flush();
    if (this.#calls.get(unique) !== call) return;
    this.#calls.delete(unique);
    if (this.#closed) return;
    try {
      writeSync(this.#options.device, message);
    } catch {
      // ENOENT: the kernel has given the request up; ENODEV: unmounted
    }
  }

  #interrupt(unique: bigint): void {
    const call = this.#calls.get(unique);
    if (!call || call.interrupted) return;
    call.interrupted = setTimeout(() => {
      this.#answer(call, errorReply(call.request, constants.errno.EINTR));
    }, INTERRUPT_GRACE_MS);
  }

  /** Hands updates to the reader, then notifications to the notifier: in this order. */
  #flush(): void {
    if (this.#updates.length > 0) {
      this.#reader.postMessage(this.#updates);
      this.#updates = [];
    }
    this.#notifier.flush();
  }
}

function errnoFor(error: unknown): number {
  if (error instanceof MalformedRequest) return constants.errno.EINVAL;
  if (error instanceof ZmxError) return errnoOf(error.code);
  return errnoOf((error as NodeJS.ErrnoException).code ?? 'EIO');
}
