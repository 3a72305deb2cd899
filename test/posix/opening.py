"""open(2), openat(2), creat(2), close(2)."""
import os
from os import (
    O_APPEND,
    O_CREAT,
    O_DIRECTORY,
    O_EXCL,
    O_NOFOLLOW,
    O_PATH,
    O_RDONLY,
    O_RDWR,
    O_TRUNC,
    O_WRONLY,
)

from suite import case, open_close, read_file, write_file

NAME_255 = "n" * 255


@case
def open_errors(checks):
    write_file("file")
    os.mkdir("folder")
    os.symlink("file", "link")
    os.symlink("nowhere", "dangling")
    os.symlink("loop", "loop")
    os.symlink("folder", "folder-link")
    call = checks.call
    call("missing, to read", "ENOENT", open_close, "none", O_RDONLY)
    call("missing, to write", "ENOENT", open_close, "none", O_WRONLY)
    call("O_CREAT in a missing folder", "ENOENT", open_close, "none/file", O_WRONLY | O_CREAT)
    call("empty path", "ENOENT", open_close, "", O_RDONLY)
    call("dangling link", "ENOENT", open_close, "dangling", O_RDONLY)
    call("below a file", "ENOTDIR", open_close, "file/x", O_RDONLY)
    call("below a file, O_CREAT", "ENOTDIR", open_close, "file/x", O_WRONLY | O_CREAT)
    call("file with a slash behind it", "ENOTDIR", open_close, "file/", O_RDONLY)
    call("O_DIRECTORY of a file", "ENOTDIR", open_close, "file", O_RDONLY | O_DIRECTORY)
    call("O_DIRECTORY of a folder", "ok", open_close, "folder", O_RDONLY | O_DIRECTORY)
    call("O_DIRECTORY through a link", "ok", open_close, "folder-link", O_RDONLY | O_DIRECTORY)
    call("folder to write", "EISDIR", open_close, "folder", O_WRONLY)
    call("folder to read and write", "EISDIR", open_close, "folder", O_RDWR)
    call("folder, O_CREAT", "EISDIR", open_close, "folder", O_RDONLY | O_CREAT)
    call("folder, O_TRUNC", "EISDIR", open_close, "folder", O_RDONLY | O_TRUNC)
    call("O_EXCL of a file", "EEXIST", open_close, "file", O_WRONLY | O_CREAT | O_EXCL)
    call("O_EXCL of a folder", "EEXIST", open_close, "folder", O_WRONLY | O_CREAT | O_EXCL)
    call("O_EXCL of a link", "EEXIST", open_close, "link", O_WRONLY | O_CREAT | O_EXCL)
    call("O_EXCL of a dangling link", "EEXIST", open_close, "dangling", O_WRONLY | O_CREAT | O_EXCL)
    call("O_EXCL of a new file", "ok", open_close, "new", O_WRONLY | O_CREAT | O_EXCL)
    call("O_NOFOLLOW of a link", "ELOOP", open_close, "link", O_RDONLY | O_NOFOLLOW)
    call("O_NOFOLLOW of a file", "ok", open_close, "file", O_RDONLY | O_NOFOLLOW)
    call("O_NOFOLLOW | O_PATH of a link", "ok", open_close, "link", O_PATH | O_NOFOLLOW)
    call("O_NOFOLLOW with a link on the way", "ENOENT", open_close, "folder-link/x", O_RDONLY | O_NOFOLLOW)
    call("loop", "ELOOP", open_close, "loop", O_RDONLY)
    call("name of 255 bytes", "ok", open_close, NAME_255, O_WRONLY | O_CREAT)
    call("name of 256 bytes", "ENAMETOOLONG", open_close, NAME_255 + "n", O_WRONLY | O_CREAT)
    call("missing name of 256 bytes", "ENAMETOOLONG", open_close, NAME_255 + "n", O_RDONLY)
    call("path of 4,096 bytes", "ENAMETOOLONG", open_close, "a/" * 2048, O_RDONLY)


@case
def open_makes_and_truncates(checks):
    write_file("file", b"content")
    open_close("file", O_RDONLY)
    checks.equal("O_RDONLY leaves it", "content", read_file("file"))
    open_close("file", O_WRONLY | O_CREAT)
    checks.equal("O_CREAT leaves it", "content", read_file("file"))
    open_close("file", O_WRONLY | O_TRUNC)
    checks.equal("O_TRUNC empties it", 0, os.stat("file").st_size)
    os.symlink("target", "dangling")
    open_close("dangling", O_WRONLY | O_CREAT)
    checks.equal("O_CREAT makes what a link leads to", True, os.path.isfile("target"))
    for mode in (0o600, 0o640, 0o755, 0o777, 0o000):
        open_close(f"mode-{mode:o}", O_WRONLY | O_CREAT, mode)
        seen = os.stat(f"mode-{mode:o}").st_mode & 0o7777
        checks.equal(f"mode {mode:o} less the umask", mode & ~0o022, seen)
    fd = os.open("read-only", O_RDWR | O_CREAT | O_EXCL, 0o400)
    checks.call("writing a new file of mode 400", 3, os.write, fd, b"abc")
    os.close(fd)
    checks.equal("its content", "abc", read_file("read-only"))


@case
def descriptors_allow_what_they_were_opened_for(checks):
    write_file("file", b"content")
    reader, writer, path = os.open("file", O_RDONLY), os.open("file", O_WRONLY), os.open("file", O_PATH)
    call = checks.call
    call("write to a reader", "EBADF", os.write, reader, b"x")
    call("read from a writer", "EBADF", os.read, writer, 1)
    call("truncate a reader", "EINVAL", os.ftruncate, reader, 1)
    call("read from O_PATH", "EBADF", os.read, path, 1)
    call("fchmod of O_PATH", "EBADF", os.fchmod, path, 0o600)
    call("fstat of O_PATH", 7, lambda: os.fstat(path).st_size)
    for fd in (reader, writer, path):
        os.close(fd)
    call("read from a closed one", "EBADF", os.read, reader, 1)
    call("close a closed one", "EBADF", os.close, reader)
    folder = os.open(".", O_RDONLY)
    call("read from a folder", "EISDIR", os.read, folder, 1)
    call("openat in a folder", "ok", lambda: os.close(os.open("file", O_RDONLY, dir_fd=folder)))
    call("fsync of a folder", "ok", os.fsync, folder)
    os.close(folder)
    file = os.open("file", O_RDONLY)
    call("openat below a file", "ENOTDIR", os.open, "x", O_RDONLY, dir_fd=file)
    call("fchdir to a file", "ENOTDIR", os.fchdir, file)
    os.close(file)


@case
def nameless_file(checks):
    def make():
        fd = os.open(".", os.O_TMPFILE | O_RDWR, 0o600)
        try:
            os.write(fd, b"nameless")
            return os.pread(fd, 100, 0).decode()
        finally:
            os.close(fd)

    checks.call("O_TMPFILE", "nameless", make)
    checks.equal("leaves no name", [], os.listdir("."))


@case
def append_by_two_descriptors(checks):
    write_file("file", b"start ")
    one, two = (os.open("file", O_WRONLY | O_APPEND) for _ in range(2))
    os.write(one, b"one ")
    os.write(two, b"two ")
    os.write(one, b"three")
    checks.equal("each goes to the end", "start one two three", read_file("file"))
    os.lseek(one, 0, os.SEEK_SET)
    os.write(one, b"!")
    checks.equal("whatever the position", "start one two three!", read_file("file"))
    os.close(one)
    os.close(two)
    both = os.open("file", O_RDWR | O_APPEND | O_TRUNC)
    os.write(both, b"new")
    checks.equal("O_TRUNC beside O_APPEND", b"new".decode(), os.pread(both, 10, 0).decode())
    checks.equal("position after an append", 3, os.lseek(both, 0, os.SEEK_CUR))
    os.close(both)


@case
def special_files(checks):
    os.mkfifo("fifo", 0o640)
    checks.equal("a FIFO is shown as one", "010640", f"{os.lstat('fifo').st_mode:06o}")
    types = {entry.name: entry.stat(follow_symlinks=False).st_mode >> 12 for entry in os.scandir(".")}
    checks.equal("in its folder too", {"fifo": 1}, types)
    checks.call("mkfifo of what exists", "EEXIST", os.mkfifo, "fifo")
    checks.call("FIFO to write without a reader", "ENXIO", open_close, "fifo", O_WRONLY | os.O_NONBLOCK)
    checks.call("FIFO to read without waiting", "ok", open_close, "fifo", O_RDONLY | os.O_NONBLOCK)
    checks.call("O_PATH of a FIFO", "ok", open_close, "fifo", O_PATH)
    checks.call("chmod of a FIFO", "ok", os.chmod, "fifo", 0o600)
    checks.call("rename of a FIFO", "ok", os.rename, "fifo", "renamed")
    checks.equal("its type after that", "010600", f"{os.lstat('renamed').st_mode:06o}")
    checks.call("unlink of a FIFO", "ok", os.unlink, "renamed")
    os.mknod("socket", 0o140600)
    checks.equal("a socket is shown as one", "140600", f"{os.lstat('socket').st_mode:06o}")
    checks.call("open of a socket", "ENXIO", open_close, "socket", O_RDONLY)
