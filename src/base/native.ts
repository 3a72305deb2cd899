import nodeModule from 'node:module';
import { buildNativeCommand, nativePath } from './package-root.ts';

/**
 * The Linux system calls that node has no function for, from the addon in
 * src/native. All that return no promise are synchronous and make errors as node:fs does ({code,
 * errno, syscall}); one that may wait long belongs in a worker thread. Paths are bytes.
 */
export interface Native {
  /**
   * openat2(2) with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, always close-on-exec and O_NOFOLLOW.
   * With O_PATH the last component may itself be a symlink. '' is the root.
   * @throws ELOOP (or ENOTDIR on kernels before 5.6) at a symlink, EXDEV where the path leaves the root.
   */
  openBeneath(rootFd: number, path: Uint8Array, flags: number, mode: number): number;
  /** Gives an open file a name, also one made with O_TMPFILE; EEXIST when the name is taken. */
  linkFd(fd: number, path: Uint8Array): void;
  /** flags of renameat2(2): 1 NOREPLACE, 2 EXCHANGE. */
  renameat2(from: Uint8Array, to: Uint8Array, flags: number): void;
  /** Times in ns since 1970; null leaves one as it is. */
  utimensat(
    path: Uint8Array,
    atime: bigint | null | 'now',
    mtime: bigint | null | 'now',
    nofollow: boolean,
  ): void;
  /** access(2) with its bits; 0, or the errno of the refusal, which is no exception to who asks about many files. */
  accessErrno(path: Uint8Array, mode: number): number;
  /**
   * Everything in an open folder but `.` and `..`, in the order of the names' bytes: what ByteReader reads as latin1 name;
   * u16 0xffff, or as latin1 the target of a symbolic link; u64 device, inode, mode, links, uid, gid, special device, size
   * and blocks of 512 bytes; i64 ns since 1970 of the last reading, writing and change; and u8 what accessErrno would say
   * to reading, writing and executing it, of files and folders.
   */
  listFolder(fd: number): Uint8Array;
  /** fallocate(2); offset and length in bytes. */
  fallocate(fd: number, mode: number, offset: number, length: number): void;
  /**
   * Index of the first of these NUL-ended paths that is a regular file which may be executed, or with `folder` a
   * folder that may be entered. None: a negative errno, EACCES where one was not permitted. Not thrown, since a
   * search along a PATH ends so for many names.
   */
  firstUsable(paths: Uint8Array, folder: boolean): number;
  /** Names of the executable files in a folder, each ended by a NUL; by node's thread pool, and none where it cannot be read. */
  programsIn(folder: Uint8Array): Promise<Buffer>;
  mknod(path: Uint8Array, mode: number, rdev: number): void;
  lgetxattr(path: Uint8Array, name: Uint8Array): Buffer;
  /** Names, each ended by a NUL. */
  llistxattr(path: Uint8Array): Buffer;
  /** Longest file name in this folder, in bytes. */
  nameMax(path: Uint8Array): number;
  /** A non-blocking inotify descriptor: read it with fs.readSync, EAGAIN says that it is empty. */
  inotifyInit(): number;
  inotifyAddWatch(fd: number, path: Uint8Array, mask: number): number;
  inotifyRmWatch(fd: number, watch: number): void;
  /** How many bytes could be read now, of inotify: events that nobody has read yet. */
  queuedBytes(fd: number): number;
  setCloexec(fd: number, on: boolean): void;
  /** A pipe, both ends close-on-exec: [read end, write end]. */
  pipe(): [number, number];
  /** A descriptor that becomes readable once the process has gone, whoever gets its pid then. @throws ESRCH */
  pidfdOpen(pid: number): number;
  /**
   * Starts a program in a session of its own, with nothing of this process's but the three descriptors,
   * without the fork that copies a large process and without waiting for its exec: where that fails, the
   * child says so on its stderr and ends as a shell would. `reapChild` is to follow its end.
   * @param words the path of run-child, which tells failures; folder, file, then argv; each ended by a NUL, as are those of `env`
   * @param umask negative: this process's
   * @throws EAGAIN, ENOMEM, EMFILE
   */
  spawnChild(
    words: Uint8Array,
    env: Uint8Array,
    umask: number,
    stdin: number,
    stdout: number,
    stderr: number,
  ): [pid: number, pidfd: number];
  /**
   * execve(2) of argv[0], a path: this process goes on as that program, with its pid, folder and descriptors 0 to 2.
   * Strings are each ended by a NUL. @throws what execve(2) says, with nothing changed
   */
  execProgram(argv: Uint8Array, env: Uint8Array): never;
  /** How a child of `spawnChild` has ended: one of both is 0. null: it lives. */
  reapChild(pid: number): [status: number, signal: number] | null;
  /** flock(2); false: somebody else holds it. Blocks without `nonblocking`. */
  flock(fd: number, exclusive: boolean, nonblocking: boolean): boolean;
  /** SCM_RIGHTS over a unix socket; never blocks. Returns the bytes of `data` sent, -1 when the socket is full. */
  sendFds(socketFd: number, fds: readonly number[], data: Uint8Array): number;
  /** null: nothing there (without `wait`). Empty data: the other side has closed. The fds are the caller's to close. */
  recvFds(socketFd: number, wait: boolean): { readonly data: Buffer; readonly fds: readonly number[] } | null;
  /**
   * Calls back whenever the descriptor has something to read (level-triggered, in this
   * thread's event loop, which it keeps alive). Returns how to stop, to be called before the fd is closed.
   */
  onReadable(fd: number, callback: () => void): () => void;
  /** Likewise, whenever it takes bytes; works beside whatever reads from the same descriptor. */
  onWritable(fd: number, callback: () => void): () => void;
  /** mount(2); flags are its MS_ bits. */
  mount(source: string, target: Uint8Array, type: string, flags: number, data: string): void;
  /** umount2(2); flags: 1 MNT_FORCE, 2 MNT_DETACH, 8 UMOUNT_NOFOLLOW. */
  umount2(target: Uint8Array, flags: number): void;
  /** Two connected unix sockets that keep messages apart (SOCK_SEQPACKET), close-on-exec. */
  socketPair(): [number, number];
  setNonblocking(fd: number): void;
  /** FUSE_DEV_IOC_CLONE: another descriptor of the same FUSE connection, whose requests are its own. */
  cloneDevice(fd: number): number;
  /** An eventfd(2): readable from the moment that a u64 above 0 is written to it. */
  eventFd(): number;
  /**
   * Blocks until `fd` (set non-blocking) gives bytes, and returns their number; 0 once `stopFd` is readable.
   * Before it sleeps it keeps its core busy with looking for them for `lookUs` microseconds, while that pays.
   */
  readUnless(fd: number, stopFd: number, buffer: Uint8Array, lookUs: number): number;
}

let loaded: Native | undefined;

/** The addon, loaded at first use. @throws Error with the remedy where it was not built. */
export function native(): Native {
  if (loaded) return loaded;
  const path = nativePath('zmx_native.node');
  try {
    loaded = nodeModule.createRequire(import.meta.url)(path) as Native;
  } catch (error) {
    throw new Error(`cannot load ${path}; run: ${buildNativeCommand()}`, { cause: error });
  }
  return loaded;
}
