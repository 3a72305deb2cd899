import type { Inside } from './harness.ts';

export interface RandomRun {
  readonly folder: string;
  readonly seed: number;
  readonly operations: number;
}

/**
 * Random operations on a few files and folders, in the manner of fsx: the same for the same seed.
 * Returns what each saw, as one line. Self-contained: it is sent to another process as text.
 */
export function randomOperations({ fs }: Inside, { folder, seed, operations }: RandomRun): string[] {
  let state = seed;
  // xorshift32
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const names = ['a', 'b', 'c', 'd', 'dir/a', 'dir/b', 'dir/sub/a', 'other/a'];
  const folders = ['dir', 'dir/sub', 'other'];
  const handles: (number | undefined)[] = [undefined, undefined, undefined, undefined];
  const digest = (bytes: Uint8Array): string => {
    let hash = 5381;
    for (const byte of bytes) hash = (hash * 33 + byte) >>> 0;
    return `${bytes.length}:${hash}`;
  };
  const bytes = (): Buffer => {
    const size = random(10) === 0 ? random(300_000) : random(6000);
    return Buffer.alloc(size, String.fromCharCode(65 + random(26)) + random(1000));
  };
  const path = (): string => `${folder}/${pick(names)}`;
  const { O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_RDONLY, O_WRONLY } = fs.constants;
  const read = (fd: number, position: number, length: number): string => {
    const buffer = Buffer.alloc(length);
    return digest(buffer.subarray(0, fs.readSync(fd, buffer, 0, length, position)));
  };
  const withHandle = (use: (fd: number) => unknown): unknown => {
    const fd = pick(handles);
    return fd === undefined ? 'closed' : use(fd);
  };
  const operation: (() => unknown)[] = [
    () => fs.writeFileSync(path(), bytes()),
    () => digest(fs.readFileSync(path())),
    () => digest(fs.readFileSync(path())),
    () => fs.appendFileSync(path(), bytes()),
    () => fs.truncateSync(path(), random(20_000)),
    () => fs.unlinkSync(path()),
    () => fs.renameSync(path(), path()),
    () => fs.linkSync(path(), path()),
    () => fs.symlinkSync(pick(['a', 'b', '../a', 'none']), path()),
    () => fs.chmodSync(path(), pick([0o600, 0o644, 0o755])),
    () => fs.mkdirSync(`${folder}/${pick(folders)}`),
    () => fs.rmdirSync(`${folder}/${pick(folders)}`),
    () => fs.renameSync(`${folder}/${pick(folders)}`, `${folder}/${pick(folders)}`),
    () =>
      fs
        .readdirSync(`${folder}/${pick(['.', ...folders])}`)
        .sort()
        .join(),
    () => {
      const info = fs.lstatSync(path());
      return `${info.mode.toString(8)} ${info.nlink} ${info.isDirectory() ? '' : info.size}`;
    },
    () => {
      const slot = random(handles.length);
      const open = handles[slot];
      if (open !== undefined) fs.closeSync(open);
      handles[slot] = undefined;
      const flags = pick([
        O_RDWR,
        O_RDWR | O_CREAT,
        O_RDWR | O_TRUNC,
        O_RDWR | O_APPEND,
        O_RDONLY,
        O_WRONLY | O_CREAT | O_EXCL,
      ]);
      handles[slot] = fs.openSync(path(), flags, 0o644);
    },
    () => withHandle((fd) => fs.writeSync(fd, bytes(), 0, undefined, random(50_000))),
    () => withHandle((fd) => fs.writeSync(fd, bytes(), 0, undefined, random(50_000))),
    () => withHandle((fd) => read(fd, random(50_000), random(20_000))),
    () => withHandle((fd) => fs.ftruncateSync(fd, random(60_000))),
    () => withHandle((fd) => fs.fsyncSync(fd)),
    () => withHandle((fd) => `${fs.fstatSync(fd).size} ${fs.fstatSync(fd).nlink}`),
  ];
  const log: string[] = [];
  for (let i = 0; i < operations; i++) {
    const index = random(operation.length);
    let result: unknown;
    try {
      result = operation[index]!();
    } catch (error) {
      result = (error as NodeJS.ErrnoException).code;
    }
    log.push(`${i} ${index} ${result}`);
  }
  for (const fd of handles) if (fd !== undefined) fs.closeSync(fd);
  return log;
}
