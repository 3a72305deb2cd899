"""read(2), write(2), lseek(2), truncate(2), fallocate(2), mmap(2), fsync(2), copy_file_range(2)."""
import mmap
import os
import resource
import signal
from os import O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY

from suite import case, open_close, read_file, write_file

FALLOC_KEEP_SIZE, FALLOC_PUNCH_HOLE, FALLOC_ZERO_RANGE = 1, 2, 16


@case
def positions(checks):
    fd = os.open("file", O_RDWR | O_CREAT)
    checks.call("write", 10, os.write, fd, b"0123456789")
    checks.call("lseek to the start", 0, os.lseek, fd, 0, os.SEEK_SET)
    checks.call("read", "0123", lambda: os.read(fd, 4).decode())
    checks.call("position", 4, os.lseek, fd, 0, os.SEEK_CUR)
    checks.call("pwrite", 2, os.pwrite, fd, b"ab", 8)
    checks.call("leaves the position", 4, os.lseek, fd, 0, os.SEEK_CUR)
    checks.call("read to the end", "4567ab", lambda: os.read(fd, 100).decode())
    checks.call("read at the end", 0, lambda: len(os.read(fd, 100)))
    checks.call("pread beyond the end", 0, lambda: len(os.pread(fd, 100, 50)))
    checks.call("lseek beyond the end", 30, os.lseek, fd, 20, os.SEEK_END)
    checks.equal("does not change the size", 10, os.fstat(fd).st_size)
    checks.call("write there", 1, os.write, fd, b"z")
    checks.equal("leaves zeroes between", "0" * 20, os.pread(fd, 20, 10).hex()[:20])
    checks.equal("and the size", 31, os.fstat(fd).st_size)
    checks.call("lseek before the start", "EINVAL", os.lseek, fd, -1, os.SEEK_SET)
    checks.call("pread before the start", "EINVAL", os.pread, fd, 1, -1)
    checks.call("write of nothing", 0, os.write, fd, b"")
    checks.call("writev", 6, os.writev, fd, [b"abc", b"", b"def"])
    checks.call("preadv", "abcdef", lambda: read_vectors(fd, 31))
    os.close(fd)


def read_vectors(fd, offset):
    parts = [bytearray(2), bytearray(10)]
    count = os.preadv(fd, parts, offset)
    return b"".join(parts)[:count].decode()


@case
def two_descriptors_of_a_file(checks):
    writer, reader = os.open("file", O_WRONLY | O_CREAT), os.open("file", O_RDONLY)
    os.write(writer, b"seen at once")
    checks.equal("what one writes the other reads", "seen at once", os.read(reader, 100).decode())
    os.ftruncate(writer, 4)
    checks.equal("size after a truncate", 4, os.fstat(reader).st_size)
    checks.equal("content after it", "seen", os.pread(reader, 100, 0).decode())
    shared = os.dup(writer)
    os.lseek(shared, 2, os.SEEK_SET)
    checks.call("a duplicate shares the position", 2, os.lseek, writer, 0, os.SEEK_CUR)
    for fd in (writer, reader, shared):
        os.close(fd)
    checks.equal("at the end", "seen", read_file("file"))


@case
def truncate(checks):
    write_file("file", b"0123456789")
    os.mkdir("folder")
    checks.call("shorter", "ok", os.truncate, "file", 4)
    checks.equal("content", "0123", read_file("file"))
    checks.call("longer", "ok", os.truncate, "file", 6)
    checks.equal("filled with zeroes", "0123\0\0", read_file("file"))
    checks.call("to the same", "ok", os.truncate, "file", 6)
    checks.call("missing", "ENOENT", os.truncate, "none", 1)
    checks.call("folder", "EISDIR", os.truncate, "folder", 1)
    checks.call("below a file", "ENOTDIR", os.truncate, "file/x", 1)
    checks.call("negative", "EINVAL", os.truncate, "file", -1)
    fd = os.open("file", O_RDWR)
    checks.call("descriptor, negative", "EINVAL", os.ftruncate, fd, -1)
    checks.call("descriptor, to nothing", "ok", os.ftruncate, fd, 0)
    checks.call("written behind a hole", 1, os.pwrite, fd, b"x", 5)
    checks.call("cut inside of it", "ok", os.ftruncate, fd, 3)
    checks.call("longer again", "ok", os.ftruncate, fd, 7)
    os.close(fd)
    checks.equal("only zeroes", "\0" * 7, read_file("file"))


@case
def limits_of_size(checks):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    fd = os.open("file", O_RDWR | O_CREAT)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old[1]))
    checks.call("write up to RLIMIT_FSIZE", 100, os.pwrite, fd, b"x" * 100, 900)
    checks.call("write across it is short", 50, os.pwrite, fd, b"x" * 100, 950)
    checks.call("write beyond it", "EFBIG", os.pwrite, fd, b"x", 1000)
    checks.call("truncate beyond it", "EFBIG", os.ftruncate, fd, 1001)
    checks.call("truncate by path beyond it", "EFBIG", os.truncate, "file", 1001)
    resource.setrlimit(resource.RLIMIT_FSIZE, old)
    checks.call("write at the last offset there is", "EFBIG", os.pwrite, fd, b"x", 2**63 - 2)
    os.close(fd)
    checks.equal("size", 1000, os.stat("file").st_size)


@case
def sparse(checks):
    fd = os.open("file", O_RDWR | O_CREAT)
    far = 5 * 2**30
    checks.call("write at 5 GiB", 4, os.pwrite, fd, b"tail", far)
    os.close(fd)
    checks.equal("size", far + 4, os.stat("file").st_size)
    checks.equal("takes no space", True, os.stat("file").st_blocks < 2048)
    fd = os.open("file", O_RDWR)
    checks.equal("end", "tail", os.pread(fd, 10, far).decode())
    checks.equal("before it", "00000000", os.pread(fd, 4, far - 4).hex())
    checks.call("SEEK_HOLE from the start", 0, os.lseek, fd, 0, os.SEEK_HOLE)
    checks.call("SEEK_DATA at the end", far, os.lseek, fd, far, os.SEEK_DATA)
    checks.call("SEEK_HOLE at the end", far + 4, os.lseek, fd, far + 2, os.SEEK_HOLE)
    checks.call("SEEK_DATA beyond the end", "ENXIO", os.lseek, fd, far + 4, os.SEEK_DATA)
    checks.call("SEEK_HOLE beyond the end", "ENXIO", os.lseek, fd, far + 5, os.SEEK_HOLE)
    checks.call("cut", "ok", os.ftruncate, fd, 10)
    os.close(fd)
    checks.equal("size after it", 10, os.stat("file").st_size)


@case
def space(checks):
    fd = os.open("file", O_RDWR | O_CREAT)
    os.write(fd, b"content")
    checks.call("posix_fallocate", "ok", os.posix_fallocate, fd, 0, 5000)
    checks.equal("makes it longer", 5000, os.fstat(fd).st_size)
    checks.call("never shorter", "ok", os.posix_fallocate, fd, 0, 100)
    checks.equal("size", 5000, os.fstat(fd).st_size)
    checks.equal("content", "content\0", os.pread(fd, 8, 0).decode())
    checks.call("of no length", "EINVAL", os.posix_fallocate, fd, 0, 0)
    os.close(fd)
    reader = os.open("file", O_RDONLY)
    checks.call("of a reader", "EBADF", os.posix_fallocate, reader, 0, 10)
    os.close(reader)


@case
def mappings(checks):
    size = 100_000
    fd = os.open("file", O_RDWR | O_CREAT)
    os.ftruncate(fd, size)
    with mmap.mmap(fd, size) as shared:
        shared[50_000:50_005] = b"HELLO"
        checks.equal("a shared mapping is seen by read", "HELLO", os.pread(fd, 5, 50_000).decode())
        os.pwrite(fd, b"write", 70_000)
        checks.equal("a write is seen in it", "write", shared[70_000:70_005].decode())
        shared.flush()
        checks.equal("msync, then another descriptor", "HELLO", read_file("file")[50_000:50_005])
        shared[10:15] = b"later"
        with mmap.mmap(fd, size, mmap.MAP_PRIVATE) as private:
            private[0:4] = b"mine"
            checks.equal("a private mapping is the mapper's", "mine", private[0:4].decode())
        checks.equal("and nobody else's", "\0\0\0\0", os.pread(fd, 4, 0).decode())
    os.close(fd)
    checks.equal("after munmap and close", "later", read_file("file")[10:15])
    with open("file", "r+b") as file:
        mapped = mmap.mmap(file.fileno(), size)
    mapped[20:25] = b"alone"
    mapped.flush()
    mapped.close()
    checks.equal("a mapping outlives its descriptor", "alone", read_file("file")[20:25])
    fd = os.open("appended", O_RDWR | O_CREAT | os.O_APPEND)
    os.ftruncate(fd, 10_000)
    with mmap.mmap(fd, 10_000) as mapped:
        mapped[100:105] = b"place"
    os.close(fd)
    checks.equal("of an O_APPEND descriptor, writes in place", "place", read_file("appended")[100:105])
    checks.equal("and not at the end", 10_000, os.stat("appended").st_size)
    reader = os.open("file", O_RDONLY)
    checks.call("shared to write, of a reader", "EACCES", mmap.mmap, reader, size)
    checks.call("private, of a reader", size, lambda: len(mmap.mmap(reader, size, mmap.MAP_PRIVATE)))
    os.close(reader)


@case
def synchronise(checks):
    fd = os.open("file", O_WRONLY | O_CREAT)
    os.write(fd, b"content")
    checks.call("fsync", "ok", os.fsync, fd)
    checks.call("fdatasync", "ok", os.fdatasync, fd)
    checks.call("syncfs", "ok", os.sync)
    os.unlink("file")
    checks.call("fsync of what was removed", "ok", os.fsync, fd)
    os.close(fd)
    reader, writer = os.pipe()
    checks.call("fsync of a pipe", "EINVAL", os.fsync, writer)
    os.close(reader)
    os.close(writer)


@case
def copy_in_the_kernel(checks):
    write_file("from", bytes(range(256)) * 400)
    source, target = os.open("from", O_RDONLY), os.open("to", O_RDWR | O_CREAT)
    checks.call("copy_file_range", 100_000, os.copy_file_range, source, target, 100_000, 256, 0)
    checks.equal("content", True, read_file("to") == read_file("from")[256:100_256])
    checks.call("at the end", 0, os.copy_file_range, source, target, 10, 102_400, 0)
    checks.call("to a reader", "EBADF", os.copy_file_range, target, source, 10, 0, 0)
    os.close(target)
    target = os.open("to", O_RDWR | O_TRUNC)
    checks.call("sendfile", 1000, os.sendfile, target, source, 0, 1000)
    checks.equal("size", 1000, os.fstat(target).st_size)
    os.close(source)
    os.close(target)


@case
def removed_while_open(checks):
    write_file("file", b"content")
    reader, writer = os.open("file", O_RDONLY), os.open("file", O_RDWR)
    os.unlink("file")
    checks.call("it is gone", "ENOENT", os.stat, "file")
    checks.equal("links", 0, os.fstat(writer).st_nlink)
    write_file("file", b"another")
    checks.call("written", 3, os.pwrite, writer, b"CON", 0)
    checks.equal("read", "CONtent", os.pread(reader, 100, 0).decode())
    checks.call("truncated", "ok", os.ftruncate, writer, 3)
    checks.equal("size", 3, os.fstat(reader).st_size)
    checks.call("mode changed", "ok", os.fchmod, writer, 0o600)
    checks.call("time changed", "ok", os.utime, writer, ns=(5, 6))
    checks.equal("mode and time", [0o600, 6], [os.fstat(reader).st_mode & 0o777, os.fstat(reader).st_mtime_ns])
    for fd in (reader, writer):
        os.close(fd)
    checks.equal("the other is another", "another", read_file("file"))
    write_file("old", b"old")
    write_file("new", b"new")
    reader = os.open("old", O_RDONLY)
    os.rename("new", "old")
    checks.equal("replaced while open", "old", os.pread(reader, 10, 0).decode())
    checks.equal("by name", "new", read_file("old"))
    os.close(reader)
    open_close("old", O_WRONLY | O_TRUNC)


@case
def appends_and_positioned_writes(checks):
    write_file("file", b"0123456789")
    append, other = os.open("file", O_WRONLY | os.O_APPEND), os.open("file", O_RDWR)
    os.write(append, b"A")
    os.pwrite(other, b"B", 2)
    os.write(append, b"C")
    checks.equal("seen while open", "01B3456789AC", os.pread(other, 100, 0).decode())
    os.close(append)
    os.close(other)
    checks.equal("after the close", "01B3456789AC", read_file("file"))


@case
def large_file(checks):
    data = bytearray((i * 7 + (i >> 8)) & 255 for i in range(3_000_000))
    fd = os.open("file", O_RDWR | O_CREAT)
    for at in range(0, len(data), 70_000):
        os.pwrite(fd, data[at : at + 70_000], at)
    os.fsync(fd)
    data[1_000_000:1_200_000] = bytes(200_000)
    os.pwrite(fd, data[1_000_000:1_200_000], 1_000_000)
    checks.equal("read in pieces", True, os.pread(fd, 500_000, 900_000) == data[900_000:1_400_000])
    os.close(fd)
    checks.equal("read whole", True, open("file", "rb").read() == data)


@case
def new_file_that_is_not_closed(checks):
    fd = os.open("file", O_RDWR | O_CREAT)
    os.write(fd, b"x")
    checks.call("is listed", ["file"], os.listdir, ".")
    checks.call("unlinked", "ok", os.unlink, "file")
    checks.equal("read", "x", os.pread(fd, 10, 0).decode())
    os.close(fd)
    checks.call("is gone", [], os.listdir, ".")
    os.mkdir("folder")
    fd = os.open("folder/file", O_WRONLY | O_CREAT)
    os.write(fd, b"x")
    checks.call("keeps its folder", "ENOTEMPTY", os.rmdir, "folder")
    os.close(fd)
    checks.equal("content", "x", read_file("folder/file"))


@case
def saved_as_editors_do(checks):
    write_file("file", b"old")
    fd = os.open("file.tmp", O_WRONLY | O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    os.write(fd, b"new content")
    os.fchmod(fd, 0o755)
    os.fsync(fd)
    os.close(fd)
    os.rename("file.tmp", "file")
    checks.equal("content", "new content", read_file("file"))
    checks.equal("mode", 0o755, os.stat("file").st_mode & 0o777)
    checks.call("nothing else is left", ["file"], os.listdir, ".")
