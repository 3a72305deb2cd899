import { closeSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { native } from '../../base/native.ts';
import { ZmxError } from '../../protocol/errors.ts';
import type { EarlyReading } from '../early-reading.ts';
import type { PathEntry } from '../path-walk.ts';
import type {
  BytePath,
  FileAttributes,
  PrefetchBatch,
  PrefetchBudget,
  RemoteFiles,
} from '../remote-files.ts';
import { Op } from './abi.ts';
import { KERNEL_CACHE_SECONDS } from './cache-times.ts';
import { Calls } from './calls.ts';
import { Coherence } from './coherence.ts';
import { Contents } from './contents.ts';
import { closeDevice, type FuseDevice } from './device.ts';
import type { Handler, HandlerContext, LinkRules } from './handler.ts';
import { namingHandlers } from './naming-handlers.ts';
import type { Node } from './node.ts';
import { Notifier } from './notifier.ts';
import { OpenFiles } from './open-files.ts';
import { openHandlers } from './open-handlers.ts';
import type { Outbox } from './outbox.ts';
import { beginReader } from './reader-thread.ts';
import { readingHandlers } from './reading-handlers.ts';
import { RemoteTree } from './remote-tree.ts';
import { errnoOf, errorReply, type Owner } from './replies.ts';
import { inspect, isOneWay, MalformedRequest, opcodeOf } from './requests.ts';
import { Tree } from './tree.ts';
import type { TreeEvents } from './tree-events.ts';
import type { Forwarded, ReaderEnded, ReaderStart, Update } from './updates.ts';
import { WriteBehind } from './write-behind.ts';

export interface FuseServerOptions {
  /** Of the mount to serve; closed by the server. */
  readonly device: FuseDevice;
  readonly files: RemoteFiles;
  /** What is read ahead since before the folder is served. */
  readonly early?: EarlyReading;
  /** A thread that waits to read its requests; the server's from then on. */
  readonly reader?: Worker;
  /** Shown as the owner of every file. */
  readonly owner: Owner;
  /** Absolute path of the program that runs in place of the tree's own executables. */
  readonly shim?: string;
  /** For symbolic links that lead out of the tree; without, they are as any other. */
  readonly links?: LinkRules;
  /** Where written data waits that is too much for memory. */
  readonly spoolFolder: string;
  /** Where data is kept that could not be written. */
  readonly rescueFolder: string;
  /** Takes a line for the user. */
  readonly notice: (line: string) => void;
  /** Only programs of this portal use the tree: folders are made and files removed without waiting. */
  readonly isOwn?: boolean;
  /** How long what was written may be here alone while its file stays open, in ms. */
  readonly writeBackMs?: number;
  /** How long calls wait for a lost host before they fail with EIO, in ms. */
  readonly timeoutMs: number;
}

/** At the end, unwritten data has this long to reach the remote; then it goes to rescue files. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Calls that end something and have to be possible while the host is lost. */
const NEEDS_NO_LEASE: ReadonlySet<number> = new Set([Op.RELEASE, Op.RELEASEDIR, Op.FLUSH]);

/**
 * Serves a tree on another host to the kernel. Three threads: the reader blocks on the
 * device and answers from its cache; this one has the network and answers the rest; the
 * notifier tells the kernel what to forget. npm's FUSE packages wrap libfuse's high-level
 * calls, which cannot invalidate anything.
 */
export class FuseServer {
  readonly #options: FuseServerOptions;
  readonly #reader: Worker;
  readonly #notifier: Notifier;
  readonly #stop: number;
  readonly #tree: Tree;
  readonly #remote: RemoteTree;
  readonly #contents: Contents;
  readonly #openFiles: OpenFiles;
  readonly #outbox: Outbox;
  readonly #coherence: Coherence;
  readonly #calls: Calls;
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #ended: Promise<void>;
  #updates: Update[] = [];
  #finishing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Asks for the root's attributes, then serves. */
  static async start(options: FuseServerOptions): Promise<FuseServer> {
    const root = options.early ? await options.early.root() : (await options.files.stat('')).value;
    let server: FuseServer | undefined;
    const notifier = await Notifier.start(options.device.notifications, () => {
      void server?.revalidateAfterExec(undefined);
    });
    server = new FuseServer(options, root, notifier);
    return server;
  }

  private constructor(options: FuseServerOptions, root: FileAttributes, notifier: Notifier) {
    this.#options = options;
    this.#notifier = notifier;
    const { files, owner, links } = options;
    const device = options.device.requests;
    const post = (update: Update): void => {
      this.#updates.push(update);
    };
    const flush = (): void => this.#flush();
    const watched = files.watched ?? true;
    this.#tree = new Tree(
      {
        owner,
        watched,
        identity: files.identity,
        post,
        events: this.#treeEvents(),
        mayLeadOut: links?.mayLeadOut,
      },
      root,
    );
    const tree = this.#tree;
    this.#remote = new RemoteTree(files, tree, {
      isPending: (node) => this.#openFiles.isPending(node),
      isOpen: (node) => this.#openFiles.isOpen(node),
    });
    const remote = this.#remote;
    this.#contents = new Contents({
      files,
      tree,
      post,
      fresh: (node, call) => remote.fresh(node, call),
      refresh: (node) => remote.refresh(node),
    });
    const contents = this.#contents;
    this.#openFiles = new OpenFiles({ ...options, tree, remote, contents, post });
    this.#outbox = this.#openFiles.outbox;
    this.#calls = new Calls({
      device,
      timeoutMs: options.timeoutMs,
      beforeReply: flush,
      givenUp: () =>
        options.notice('the host does not answer; file calls that waited for it have failed (EIO)'),
    });
    this.#coherence = new Coherence({
      files,
      remote,
      contents,
      flush,
      settled: () => this.#settled(),
      leaseChanged: (held) => {
        post({ kind: 'lease', held });
        flush();
        if (held) this.#calls.held();
        else this.#calls.lost();
      },
    });
    const execLine = options.shim === undefined ? '' : `#!${options.shim}\n`;
    const context: HandlerContext = {
      files,
      tree,
      remote,
      contents,
      openFiles: this.#openFiles,
      outbox: this.#outbox,
      behind: options.isOwn
        ? new WriteBehind({ ...options, remote, post, expired: (node) => this.#expired(node) })
        : undefined,
      settled: () => this.#settled(),
      links,
      execLine,
    };
    this.#handlers = new Map([
      ...readingHandlers(context),
      ...openHandlers(context),
      ...namingHandlers(context),
    ]);

    this.#stop = native().eventFd();
    const start: ReaderStart = { device, stop: this.#stop, valid: KERNEL_CACHE_SECONDS, execLine };
    this.#reader = options.reader ?? beginReader();
    this.#reader.postMessage(start);
    this.#ended = new Promise((resolve) => {
      this.#reader.on('message', (message: Forwarded | ReaderEnded) => {
        if ('ended' in message) resolve();
        else this.#forwarded(message);
      });
      this.#reader.on('exit', () => resolve());
    });
    process.once('exit', this.#stopReader);
    if (options.early) this.#adopt(options.early);
    this.#flush();
  }

  /** In one go with subscribing to the changes: none is missed in between. Unwatched, it may be old already. */
  #adopt(early: EarlyReading): void {
    const { batches, invalidations, ended } = early.take((batch) => {
      this.#takeIn(batch);
      this.#flush();
    });
    if (this.#options.files.watched === false) return;
    void this.#remote.log.during(async () => {
      for (const invalidation of invalidations) this.#remote.invalidate(invalidation);
      for (const batch of batches) this.#takeIn(batch);
      await ended;
    });
  }

  #takeIn(batch: PrefetchBatch): void {
    this.#remote.prefetched(batch, (node, data) => this.#contents.keep(node, data));
  }

  /** process.exit() waits for worker threads, also for one that waits for the kernel. */
  readonly #stopReader = (): void => {
    writeSync(this.#stop, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  };

  /** Resolves when the kernel has ended the mount, or after close(). */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Fetches metadata and small files ahead of their use; `found` is told what has come. */
  async prefetch(budget: PrefetchBudget, found: (batch: PrefetchBatch) => void = () => {}): Promise<void> {
    await this.#remote.log.during(() =>
      this.#options.files.prefetch(budget, (batch) => {
        this.#takeIn(batch);
        this.#flush();
        found(batch);
      }),
    );
  }

  /** What is at a path of the tree, none of whose folders is a link. @throws ZmxError of the remote */
  look(path: BytePath): Promise<PathEntry | undefined> {
    return this.#remote.look(path);
  }

  /**
   * Before a command that starts behind all mutations so far: everything written by now is among them, or its
   * writer will hear why not.
   */
  async flushAll(): Promise<void> {
    await this.#outbox.sendAll();
    this.#flush();
  }

  /**
   * After a command's end: resolves when everything up to this change clock (undefined: up to now)
   * has reached the caches here and in the kernel.
   */
  revalidateAfterExec(clock: number | undefined): Promise<void> {
    return this.#coherence.revalidateAfterExec(clock);
  }

  /** Brings what was written to the remote, or into rescue files; who writes after that gets EIO. */
  finish(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  async #finish(): Promise<void> {
    if (this.#coherence.held) await within(CLOSE_TIMEOUT_MS, this.#outbox.settleAll());
    this.#outbox.rescueAll();
  }

  /** The same; then ends the threads and closes the device, which ends the mount for whoever still uses it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.finish();
    // While requests are still answered: a notification may be waiting for one.
    await within(CLOSE_TIMEOUT_MS, this.#settled());
    this.#coherence.dispose();
    process.off('exit', this.#stopReader);
    this.#stopReader();
    await this.#ended;
    this.#calls.end();
    await this.#reader.terminate();
    closeDevice(this.#options.device);
    this.#notifier.close();
    closeSync(this.#stop);
  }

  #treeEvents(): TreeEvents {
    return {
      changed: (node) => {
        node.kernelHas = false;
        node.notified = true;
        this.#contents.drop(node);
        this.#notifier.inode(node.id, 0);
      },
      revised: (node, before) => {
        this.#contents.revise(node);
        this.#openFiles.revised(node, before);
      },
      isPending: (node) => this.#openFiles.isPending(node),
      openFile: (attributes) => this.#openFiles.find(attributes),
      left: (node) => this.#openFiles.left(node),
      doubted: (node, attributesOnly) => {
        node.kernelHas &&= attributesOnly;
        if (!attributesOnly) this.#contents.drop(node);
        this.#notifier.inode(node.id, attributesOnly ? -1 : 0);
      },
      renamed: (folder, name) => {
        this.#notifier.entry(folder.id, name);
        this.#notifier.inode(folder.id, 0);
      },
    };
  }

  #forwarded(message: Forwarded): void {
    for (const [node, count] of message.opens) this.#openFiles.setReaderOpens(node, count);
    const request = Buffer.from(message.request.buffer);
    const opcode = opcodeOf(request);
    if (opcode === Op.INTERRUPT) this.#calls.interrupt(request.readBigUInt64LE(40));
    else if (inspect(request) === 'ok' && !isOneWay(opcode)) void this.#serve(request, opcode);
  }

  async #serve(request: Buffer, opcode: number): Promise<void> {
    const call = this.#calls.begin(request);
    let message: Buffer;
    try {
      if (!this.#coherence.held && !NEEDS_NO_LEASE.has(opcode)) await this.#coherence.whenHeld();
      const handler = this.#handlers.get(opcode);
      message = handler ? await handler(request) : errorReply(request, constants.errno.ENOSYS);
    } catch (error) {
      message = errorReply(request, errnoFor(error));
    }
    this.#calls.answer(call, message);
  }

  #expired(node: Node): void {
    this.#notifier.inode(node.id, -1);
    this.#flush();
  }

  #settled(): Promise<void> {
    this.#flush();
    return this.#notifier.settled();
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
  if (error instanceof MalformedRequest || error instanceof ZmxError) return errnoOf(error.code);
  return errnoOf((error as NodeJS.ErrnoException).code ?? 'EIO');
}

async function within(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task, deadline]);
  clearTimeout(timer);
}
