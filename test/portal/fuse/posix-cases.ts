import type { Inside } from './harness.ts';

/**
 * System calls with their results and errors, by their man pages. Returns what each case saw,
 * as JSON, for comparison between a mount and a local folder. Self-contained: it is sent to another
 * process as text.
 */
export function posixCases({ fs }: Inside, folder: string): Record<string, unknown> {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW } =
    fs.constants;
  const results: Record<string, unknown> = {};
  let count = 0;
  const run = (name: string, body: (at: string) => unknown): void => {
    const at = `${folder}/case-${count++}`;
    fs.mkdirSync(at);
    const attempt = (call: () => unknown): unknown => {
      try {
        return call() ?? 'ok';
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error);
      }
    };
    const value = attempt(() => body(at));
    results[name] = Array.isArray(value)
      ? value.map((one) => (typeof one === 'function' ? attempt(one as () => unknown) : one))
      : value;
  };
  const write = (path: string, text: string): void => fs.writeFileSync(path, text);
  const read = (path: string): string => fs.readFileSync(path, 'latin1');
  const readFd = (fd: number, position: number, length = 100): string => {
    const buffer = Buffer.alloc(length);
    return buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, length, position));
  };
  const long = 'n'.repeat(255);

  run('open: missing, exclusive, folder, not a folder, too long, symlink not followed', (at) => {
    write(`${at}/f`, 'x');
    fs.symlinkSync('f', `${at}/l`);
    fs.symlinkSync('loop', `${at}/loop`);
    const open = (path: string, flags: number) => () => fs.closeSync(fs.openSync(`${at}/${path}`, flags));
    return [
      open('none', O_RDONLY),
      open('none', O_WRONLY),
      open('none/x', O_WRONLY | O_CREAT),
      open('f', O_WRONLY | O_CREAT | O_EXCL),
      open('l', O_WRONLY | O_CREAT | O_EXCL),
      open('new', O_WRONLY | O_CREAT | O_EXCL),
      open('.', O_WRONLY),
      open('.', O_RDONLY),
      open('f', O_RDONLY | O_DIRECTORY),
      open('f/x', O_RDONLY),
      open('l', O_RDONLY | O_NOFOLLOW),
      open('loop', O_RDONLY),
      open(long, O_WRONLY | O_CREAT),
      open(`${long}n`, O_WRONLY | O_CREAT),
    ];
  });
  run('write, read back, positions, beyond the end', (at) => {
    const fd = fs.openSync(`${at}/f`, O_RDWR | O_CREAT, 0o640);
    fs.writeSync(fd, 'hello', 0);
    fs.writeSync(fd, 'J', 0);
    fs.writeSync(fd, 'end', 10);
    const before = [readFd(fd, 0), readFd(fd, 12), readFd(fd, 13), fs.fstatSync(fd).size];
    fs.closeSync(fd);
    return [...before, read(`${at}/f`), (fs.statSync(`${at}/f`).mode & 0o7777).toString(8)];
  });
  run('write to a descriptor open for reading, read from one open for writing', (at) => {
    write(`${at}/f`, 'x');
    const r = fs.openSync(`${at}/f`, O_RDONLY);
    const w = fs.openSync(`${at}/f`, O_WRONLY);
    return [() => fs.writeSync(r, 'y'), () => readFd(w, 0), () => fs.closeSync(r), () => fs.closeSync(w)];
  });
  run('append: to the end, whatever the position, by two descriptors', (at) => {
    write(`${at}/f`, 'start ');
    const one = fs.openSync(`${at}/f`, O_WRONLY | O_APPEND);
    const two = fs.openSync(`${at}/f`, O_WRONLY | O_APPEND);
    fs.writeSync(one, 'one ');
    fs.writeSync(two, 'two ');
    fs.writeSync(one, 'three');
    const seen = read(`${at}/f`);
    fs.closeSync(one);
    fs.closeSync(two);
    return [seen, read(`${at}/f`), fs.statSync(`${at}/f`).size];
  });
  run('append and positioned writes mixed', (at) => {
    write(`${at}/f`, '0123456789');
    const append = fs.openSync(`${at}/f`, O_WRONLY | O_APPEND);
    const other = fs.openSync(`${at}/f`, O_RDWR);
    fs.writeSync(append, 'A');
    fs.writeSync(other, 'B', 2);
    fs.writeSync(append, 'C');
    const seen = readFd(other, 0);
    fs.closeSync(append);
    fs.closeSync(other);
    return [seen, read(`${at}/f`)];
  });
  run('truncate: by O_TRUNC, path, descriptor; shorter, longer, written after', (at) => {
    write(`${at}/f`, '0123456789');
    fs.truncateSync(`${at}/f`, 4);
    const seen: unknown[] = [read(`${at}/f`)];
    fs.truncateSync(`${at}/f`, 6);
    seen.push(read(`${at}/f`));
    const fd = fs.openSync(`${at}/f`, O_RDWR);
    fs.ftruncateSync(fd, 2);
    fs.ftruncateSync(fd, 5);
    fs.writeSync(fd, 'z', 7);
    seen.push(readFd(fd, 0));
    fs.ftruncateSync(fd, 12);
    fs.closeSync(fd);
    seen.push(read(`${at}/f`));
    fs.closeSync(fs.openSync(`${at}/f`, O_WRONLY | O_TRUNC));
    seen.push(fs.statSync(`${at}/f`).size);
    return [...seen, () => fs.truncateSync(`${at}/none`, 1), () => fs.truncateSync(at, 1)];
  });
  run('a file of 3 MB: written in pieces, changed in the middle, read in pieces', (at) => {
    const bytes = Buffer.alloc(3_000_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7 + (i >> 8)) & 255;
    const fd = fs.openSync(`${at}/f`, O_RDWR | O_CREAT);
    for (let i = 0; i < bytes.length; i += 70_000)
      fs.writeSync(fd, bytes, i, Math.min(70_000, bytes.length - i), i);
    fs.fsyncSync(fd);
    bytes.fill(1, 1_000_000, 1_200_000);
    fs.writeSync(fd, bytes, 1_000_000, 200_000, 1_000_000);
    fs.closeSync(fd);
    return [fs.readFileSync(`${at}/f`).equals(bytes), fs.statSync(`${at}/f`).size];
  });
  run('unlink: while open it stays readable and writable', (at) => {
    write(`${at}/f`, 'content');
    const reader = fs.openSync(`${at}/f`, O_RDONLY);
    const writer = fs.openSync(`${at}/f`, O_RDWR);
    fs.unlinkSync(`${at}/f`);
    write(`${at}/f`, 'another');
    fs.writeSync(writer, 'CON', 0);
    const seen = [readFd(reader, 0), readFd(writer, 0), fs.fstatSync(writer).nlink, read(`${at}/f`)];
    fs.ftruncateSync(writer, 3);
    seen.push(fs.fstatSync(reader).size, readFd(reader, 0));
    fs.closeSync(reader);
    fs.closeSync(writer);
    return [...seen, fs.readdirSync(at)];
  });
  run('unlink: missing, folder, new and never closed', (at) => {
    const fd = fs.openSync(`${at}/f`, O_RDWR | O_CREAT);
    fs.writeSync(fd, 'x');
    fs.unlinkSync(`${at}/f`);
    const seen = readFd(fd, 0);
    fs.closeSync(fd);
    return [seen, fs.existsSync(`${at}/f`), () => fs.unlinkSync(`${at}/f`), () => fs.unlinkSync(at)];
  });
  run('rename: over a file, over an open file, of an open file', (at) => {
    write(`${at}/a`, 'aaa');
    write(`${at}/b`, 'bbb');
    const old = fs.openSync(`${at}/b`, O_RDWR);
    const moved = fs.openSync(`${at}/a`, O_RDWR);
    fs.renameSync(`${at}/a`, `${at}/b`);
    fs.writeSync(old, 'O', 0);
    fs.writeSync(moved, 'M', 0);
    const seen = [readFd(old, 0), readFd(moved, 0)];
    fs.closeSync(old);
    fs.closeSync(moved);
    return [...seen, read(`${at}/b`), fs.readdirSync(at)];
  });
  run('rename: folders and files, missing, into itself', (at) => {
    fs.mkdirSync(`${at}/d/e`, { recursive: true });
    fs.mkdirSync(`${at}/empty`);
    write(`${at}/d/f`, 'x');
    write(`${at}/f`, 'y');
    const rename = (from: string, to: string) => () => fs.renameSync(`${at}/${from}`, `${at}/${to}`);
    return [
      rename('none', 'x'),
      rename('f', 'none/x'),
      rename('f', 'd'),
      rename('d', 'f'),
      rename('d', 'd/e/x'),
      rename('empty', 'd'),
      rename('d', 'empty'),
      () => read(`${at}/empty/f`),
      rename('f', 'f'),
      () => fs.readdirSync(at).sort(),
    ];
  });
  run('temporary file, fsync, rename: how an editor saves', (at) => {
    write(`${at}/f`, 'old');
    const fd = fs.openSync(`${at}/f.tmp`, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    fs.writeSync(fd, 'new content');
    fs.fchmodSync(fd, 0o755);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(`${at}/f.tmp`, `${at}/f`);
    return [read(`${at}/f`), (fs.statSync(`${at}/f`).mode & 0o7777).toString(8), fs.readdirSync(at)];
  });
  run('link: two names of one file', (at) => {
    write(`${at}/a`, 'one');
    fs.mkdirSync(`${at}/d`);
    fs.linkSync(`${at}/a`, `${at}/d/b`);
    const seen: unknown[] = [
      fs.statSync(`${at}/a`).nlink,
      fs.statSync(`${at}/a`).ino === fs.statSync(`${at}/d/b`).ino,
    ];
    fs.appendFileSync(`${at}/d/b`, ' two');
    seen.push(read(`${at}/a`));
    fs.unlinkSync(`${at}/a`);
    seen.push(fs.statSync(`${at}/d/b`).nlink, read(`${at}/d/b`));
    return [
      ...seen,
      () => fs.linkSync(`${at}/none`, `${at}/x`),
      () => fs.linkSync(`${at}/d/b`, `${at}/d`),
      () => fs.linkSync(`${at}/d`, `${at}/x`),
    ];
  });
  run('symlink: read, followed, broken, up and out, over an existing name', (at) => {
    write(`${at}/f`, 'through');
    fs.mkdirSync(`${at}/d`);
    fs.symlinkSync('../f', `${at}/d/up`);
    fs.symlinkSync('nowhere', `${at}/broken`);
    fs.symlinkSync('x'.repeat(1000), `${at}/long`);
    return [
      read(`${at}/d/up`),
      fs.readlinkSync(`${at}/d/up`),
      fs.lstatSync(`${at}/broken`).isSymbolicLink(),
      fs.lstatSync(`${at}/long`).size,
      () => fs.statSync(`${at}/broken`),
      () => fs.readlinkSync(`${at}/f`),
      () => fs.symlinkSync('x', `${at}/f`),
      () => fs.writeFileSync(`${at}/broken`, 'made'),
      () => read(`${at}/nowhere`),
    ];
  });
  run('mkdir, rmdir', (at) => {
    fs.mkdirSync(`${at}/d`, 0o750);
    write(`${at}/f`, 'x');
    write(`${at}/d/x`, 'x');
    return [
      (fs.statSync(`${at}/d`).mode & 0o7777).toString(8),
      () => fs.mkdirSync(`${at}/d`),
      () => fs.mkdirSync(`${at}/none/x`),
      () => fs.mkdirSync(`${at}/f/x`),
      () => fs.rmdirSync(`${at}/d`),
      () => fs.rmdirSync(`${at}/f`),
      () => fs.rmdirSync(`${at}/none`),
      () => fs.unlinkSync(`${at}/d/x`),
      () => fs.rmdirSync(`${at}/d`),
      () => fs.readdirSync(at),
    ];
  });
  run('a folder that is removed while a new file in it is not closed', (at) => {
    fs.mkdirSync(`${at}/d`);
    const fd = fs.openSync(`${at}/d/f`, O_WRONLY | O_CREAT);
    fs.writeSync(fd, 'x');
    return [() => fs.rmdirSync(`${at}/d`), () => fs.closeSync(fd), () => read(`${at}/d/f`)];
  });
  run('readdir: a thousand names, also while they are removed', (at) => {
    for (let i = 0; i < 1000; i++) fs.closeSync(fs.openSync(`${at}/file-${i}`, O_WRONLY | O_CREAT | O_EXCL));
    const names = fs.readdirSync(at, { withFileTypes: true });
    const folder = fs.opendirSync(at, { bufferSize: 4 });
    const seen = new Set<string>();
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
      seen.add(entry.name);
      fs.unlinkSync(`${at}/${entry.name}`);
    }
    folder.closeSync();
    return [names.length, names.every((one) => one.isFile()), seen.size, fs.readdirSync(at).length];
  });
  run('names of any bytes', (at) => {
    const name = Buffer.concat([
      Buffer.from(`${at}/`),
      Buffer.from([0xff, 0xfe, 0x20, 0x0a, 0x5c, 0xc3, 0xa4]),
    ]);
    fs.writeFileSync(name, 'x');
    fs.writeFileSync(`${at}/grün 文`, 'y');
    const names = fs.readdirSync(at, { encoding: 'buffer' }).map((one) => one.toString('hex'));
    return [names.sort(), fs.readFileSync(name, 'utf8'), read(`${at}/grün 文`), () => fs.unlinkSync(name)];
  });
  run('modes and times', (at) => {
    write(`${at}/f`, 'x');
    const seen: unknown[] = [];
    for (const mode of [0o600, 0o755, 0o444]) {
      fs.chmodSync(`${at}/f`, mode);
      seen.push((fs.statSync(`${at}/f`).mode & 0o7777).toString(8));
    }
    fs.utimesSync(`${at}/f`, 1_000_000_000.25, 1_000_000_001.5);
    const { atimeMs, mtimeMs } = fs.statSync(`${at}/f`);
    const fd = fs.openSync(`${at}/f`, O_RDONLY);
    fs.futimesSync(fd, 5, 6);
    seen.push(atimeMs, mtimeMs, fs.fstatSync(fd).mtimeMs);
    fs.closeSync(fd);
    fs.symlinkSync('f', `${at}/l`);
    fs.lutimesSync(`${at}/l`, 7, 8);
    seen.push(fs.lstatSync(`${at}/l`).mtimeMs, fs.statSync(`${at}/l`).mtimeMs);
    return [...seen, () => fs.chmodSync(`${at}/none`, 0o600), () => fs.utimesSync(`${at}/none`, 1, 1)];
  });
  run('times change with content, and stay true after close', (at) => {
    write(`${at}/f`, 'x');
    fs.utimesSync(`${at}/f`, 5, 5);
    const fd = fs.openSync(`${at}/f`, O_RDWR);
    fs.writeSync(fd, 'y', 0);
    const open = fs.fstatSync(fd).mtimeMs > 1_000_000;
    fs.closeSync(fd);
    const first = fs.statSync(`${at}/f`, { bigint: true }).mtimeNs;
    return [open, first > 1_000_000_000n, first === fs.statSync(`${at}/f`, { bigint: true }).mtimeNs];
  });
  run('access', (at) => {
    write(`${at}/f`, 'x');
    fs.chmodSync(`${at}/f`, 0o644);
    write(`${at}/x`, 'x');
    fs.chmodSync(`${at}/x`, 0o755);
    const { R_OK, W_OK, X_OK, F_OK } = fs.constants;
    return [
      () => fs.accessSync(`${at}/f`, R_OK | W_OK),
      () => fs.accessSync(`${at}/f`, X_OK),
      () => fs.accessSync(`${at}/x`, X_OK),
      () => fs.accessSync(`${at}/none`, F_OK),
      () => fs.accessSync(at, R_OK | W_OK | X_OK),
    ];
  });
  run('copy: a file, a tree, over a file', (at) => {
    write(`${at}/f`, 'copied');
    fs.mkdirSync(`${at}/d/e`, { recursive: true });
    write(`${at}/d/e/f`, 'deep');
    fs.copyFileSync(`${at}/f`, `${at}/g`);
    fs.cpSync(`${at}/d`, `${at}/d2`, { recursive: true });
    fs.copyFileSync(`${at}/d/e/f`, `${at}/g`);
    fs.rmSync(`${at}/d`, { recursive: true });
    return [read(`${at}/g`), read(`${at}/d2/e/f`), fs.readdirSync(at).sort()];
  });
  return results;
}
