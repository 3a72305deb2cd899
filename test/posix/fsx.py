"""python3 fsx.py FOLDER SEED COUNT: random operations on a few files, in the manner of fsx, with mappings, holes
and names that change; prints what each saw, a line each, the same for the same seed on every file system."""
import errno
import hashlib
import mmap
import os
import random
import sys

from suite import answer

NAMES = ["one", "two", "three", "folder/one", "folder/deep/two"]
FOLDERS = ["folder", "folder/deep"]
LARGEST = 300_000


def digest(data):
    return f"{len(data)}:{hashlib.md5(data).hexdigest()[:8]}"


class Run:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.open = []

    def name(self):
        return self.random.choice(NAMES)

    def offset(self):
        return self.random.randrange(LARGEST)

    def data(self):
        size = self.random.choice([1, 10, 100, 4096, 5000, 70_000])
        return bytes([self.random.randrange(256)]) * self.random.randrange(1, size + 1)

    def descriptor(self):
        if not self.open:
            raise OSError(errno.EBADF, "nothing is open")
        return self.random.choice(self.open)

    # Each of these is an operation; what it returns is printed.

    def do_open(self):
        flags = self.random.choice([os.O_RDWR, os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_CREAT, os.O_RDONLY,
                                    os.O_RDWR | os.O_TRUNC, os.O_RDWR | os.O_APPEND, os.O_RDWR | os.O_CREAT | os.O_EXCL])
        name = self.name()
        if len(self.open) >= 5:
            self.do_close()
        self.open.append(os.open(name, flags, 0o644))

    def do_close(self):
        if self.open:
            os.close(self.open.pop(self.random.randrange(len(self.open))))

    def do_read(self):
        return digest(os.pread(self.descriptor(), self.random.randrange(100_000), self.offset()))

    def do_write(self):
        return os.pwrite(self.descriptor(), self.data(), self.offset())

    def do_truncate(self):
        os.ftruncate(self.descriptor(), self.offset())

    def do_truncate_by_name(self):
        os.truncate(self.name(), self.offset())

    def do_make_longer(self):
        os.posix_fallocate(self.descriptor(), self.offset(), self.random.randrange(1, 5000))

    def do_map_read(self):
        fd, at = self.descriptor(), self.offset()
        size = os.fstat(fd).st_size
        if size == 0:
            return "empty"
        with mmap.mmap(fd, size, prot=mmap.PROT_READ) as mapped:
            return digest(mapped[at : at + 50_000])

    def do_map_write(self):
        fd, at, data = self.descriptor(), self.offset(), self.data()
        size = os.fstat(fd).st_size
        if at >= size:
            return "beyond the end"
        with mmap.mmap(fd, size) as mapped:
            data = data[: size - at]
            mapped[at : at + len(data)] = data
            if self.random.random() < 0.3:
                mapped.flush()
        return len(data)

    def do_copy_range(self):
        source, target = self.descriptor(), self.descriptor()
        return os.copy_file_range(source, target, self.random.randrange(1, 20_000), self.offset(), self.offset())

    def do_sync(self):
        os.fsync(self.descriptor())

    def do_stat(self):
        info = os.fstat(self.descriptor())
        return f"{info.st_size} {info.st_nlink} {info.st_mode:o}"

    def do_read_whole(self):
        with open(self.name(), "rb") as file:
            return digest(file.read())

    def do_write_whole(self):
        with open(self.name(), "wb") as file:
            file.write(self.data())

    def do_append(self):
        with open(self.name(), "ab") as file:
            file.write(self.data())

    def do_rename(self):
        os.rename(self.name(), self.name())

    def do_link(self):
        os.link(self.name(), self.name())

    def do_unlink(self):
        os.unlink(self.name())

    def do_mode(self):
        os.chmod(self.name(), self.random.choice([0o600, 0o644, 0o755]))

    def do_folder(self):
        (os.mkdir if self.random.random() < 0.8 else os.rmdir)(self.random.choice(FOLDERS))

    def do_list(self):
        return " ".join(sorted(os.listdir(self.random.choice([".", *FOLDERS]))))


def main(folder, seed, count):
    os.umask(0o022)
    os.chdir(folder)
    run = Run(int(seed))
    operations = [(name[3:], getattr(run, name)) for name in sorted(dir(run)) if name.startswith("do_")]
    for number in range(int(count)):
        name, operation = run.random.choice(operations)
        print(number, name, answer(operation))
    for fd in run.open:
        os.close(fd)


main(*sys.argv[1:])
