"""rename(2), link(2), unlink(2), symlink(2), mkdir(2), rmdir(2), and names of any bytes."""
import os

from suite import AT_FDCWD, case, read_file, system_call, write_file

RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT = 1, 2, 4
NAME_255 = "n" * 255


def rename_with(flags, source, target):
    system_call("renameat2", AT_FDCWD, source.encode(), AT_FDCWD, target.encode(), flags)


@case
def rename_errors(checks):
    os.makedirs("folder/inner")
    os.mkdir("empty")
    write_file("folder/file")
    write_file("file")
    call = checks.call
    call("missing", "ENOENT", os.rename, "none", "x")
    call("into a missing folder", "ENOENT", os.rename, "file", "none/x")
    call("to an empty path", "ENOENT", os.rename, "file", "")
    call("below a file", "ENOTDIR", os.rename, "file", "file/x")
    call("a folder over a file", "ENOTDIR", os.rename, "empty", "file")
    call("a file over a folder", "EISDIR", os.rename, "file", "empty")
    call("over a folder that is not empty", "ENOTEMPTY", os.rename, "empty", "folder")
    call("into itself", "EINVAL", os.rename, "folder", "folder/inner/x")
    call("over its own parent", "ENOTEMPTY", os.rename, "folder/inner", "folder")
    call("to itself", "ok", os.rename, "file", "file")
    call("a file with a slash behind it", "ENOTDIR", os.rename, "file", "other/")
    call("of the current folder", "EBUSY", os.rename, ".", "x")
    call("to a name of 256 bytes", "ENAMETOOLONG", os.rename, "file", NAME_255 + "n")
    call("to a name of 255 bytes", "ok", os.rename, "file", NAME_255)
    call("a folder over an empty one", "ok", os.rename, "folder", "empty")
    checks.equal("content", "x", read_file("empty/file"))
    checks.equal("names", sorted(["empty", NAME_255]), sorted(os.listdir(".")))


@case
def rename_flags(checks):
    write_file("one", b"1")
    write_file("two", b"2")
    os.makedirs("folder/inner")
    call = checks.call
    call("RENAME_NOREPLACE over a file", "EEXIST", rename_with, RENAME_NOREPLACE, "one", "two")
    call("RENAME_NOREPLACE over itself", "EEXIST", rename_with, RENAME_NOREPLACE, "one", "one")
    call("RENAME_NOREPLACE to a new name", "ok", rename_with, RENAME_NOREPLACE, "one", "three")
    call("RENAME_EXCHANGE with a missing one", "ENOENT", rename_with, RENAME_EXCHANGE, "three", "none")
    call("RENAME_EXCHANGE of files", "ok", rename_with, RENAME_EXCHANGE, "two", "three")
    checks.equal("content", "12", read_file("two") + read_file("three"))
    call("RENAME_EXCHANGE of file and folder", "ok", rename_with, RENAME_EXCHANGE, "two", "folder")
    checks.equal("types", [True, True], [os.path.isdir("two/inner"), os.path.isfile("folder")])
    call("RENAME_EXCHANGE with an inner folder", "EINVAL", rename_with, RENAME_EXCHANGE, "two", "two/inner")
    call("both flags", "EINVAL", rename_with, RENAME_NOREPLACE | RENAME_EXCHANGE, "three", "two")
    call("unknown flags", "EINVAL", rename_with, 0x100, "three", "two")


@case
def rename_moves(checks):
    os.makedirs("from/deep/er")
    os.mkdir("to")
    write_file("from/deep/er/file", b"moved")
    inode = os.stat("from/deep/er/file").st_ino
    fd = os.open("from/deep/er/file", os.O_RDWR)
    checks.call("a folder to another", "ok", os.rename, "from/deep", "to/deep")
    checks.equal("the file in it", "moved", read_file("to/deep/er/file"))
    checks.equal("its inode", True, os.stat("to/deep/er/file").st_ino == inode)
    os.pwrite(fd, b"M", 0)
    os.close(fd)
    checks.equal("written through the old descriptor", "Moved", read_file("to/deep/er/file"))
    checks.call("the old name", "ENOENT", os.stat, "from/deep")
    os.link("to/deep/er/file", "to/link")
    checks.call("one link over another of the same file", "ok", os.rename, "to/link", "to/deep/er/file")
    checks.equal("does nothing", 2, os.stat("to/link").st_nlink)
    os.symlink("target", "link")
    checks.call("a link", "ok", os.rename, "link", "to/renamed")
    checks.equal("is moved itself", "target", os.readlink("to/renamed"))


@case
def links(checks):
    write_file("file", b"one")
    os.mkdir("folder")
    os.symlink("file", "symlink")
    call = checks.call
    call("another name", "ok", os.link, "file", "folder/other")
    checks.equal("count", [2, 2], [os.stat("file").st_nlink, os.stat("folder/other").st_nlink])
    checks.equal("inode", True, os.stat("file").st_ino == os.stat("folder/other").st_ino)
    call("over a file", "EEXIST", os.link, "file", "folder/other")
    call("over a folder", "EEXIST", os.link, "file", "folder")
    call("of a missing file", "ENOENT", os.link, "none", "x")
    call("in a missing folder", "ENOENT", os.link, "file", "none/x")
    call("of a folder", "EPERM", os.link, "folder", "x")
    call("below a file", "ENOTDIR", os.link, "file", "file/x")
    call("name of 256 bytes", "ENAMETOOLONG", os.link, "file", NAME_255 + "n")
    call("of a symlink itself", "ok", os.link, "symlink", "hard", follow_symlinks=False)
    checks.equal("is a symlink", "file", os.readlink("hard"))
    write_file("folder/other", b"two")
    checks.equal("written by one name, read by the other", "two", read_file("file"))
    call("unlink the first name", "ok", os.unlink, "file")
    checks.equal("the other stays", [1, "two"], [os.stat("folder/other").st_nlink, read_file("folder/other")])


@case
def unlink_and_rmdir(checks):
    os.makedirs("folder/inner")
    write_file("file")
    os.symlink("folder", "link")
    call = checks.call
    call("unlink: missing", "ENOENT", os.unlink, "none")
    call("unlink: a folder", "EISDIR", os.unlink, "folder")
    call("unlink: below a file", "ENOTDIR", os.unlink, "file/x")
    call("unlink: a name of 256 bytes", "ENAMETOOLONG", os.unlink, NAME_255 + "n")
    call("unlink: a link to a folder", "ok", os.unlink, "link")
    call("rmdir: not empty", "ENOTEMPTY", os.rmdir, "folder")
    call("rmdir: a file", "ENOTDIR", os.rmdir, "file")
    call("rmdir: missing", "ENOENT", os.rmdir, "none")
    call("rmdir: .", "EINVAL", os.rmdir, "folder/.")
    call("rmdir: ..", "ENOTEMPTY", os.rmdir, "folder/inner/..")
    call("rmdir: empty", "ok", os.rmdir, "folder/inner")
    fd = os.open("folder", os.O_RDONLY)
    call("rmdir: open", "ok", os.rmdir, "folder")
    call("a new file in it", "ENOENT", os.open, "x", os.O_CREAT | os.O_WRONLY, dir_fd=fd)
    os.close(fd)


@case
def mkdir(checks):
    write_file("file")
    os.symlink("nowhere", "dangling")
    call = checks.call
    for mode in (0o700, 0o755, 0o777, 0o1777):
        os.mkdir(f"mode-{mode:o}", mode)
        checks.equal(f"mode {mode:o}", mode & ~0o022, os.stat(f"mode-{mode:o}").st_mode & 0o7777)
    call("existing folder", "EEXIST", os.mkdir, "mode-700")
    call("existing file", "EEXIST", os.mkdir, "file")
    call("dangling link", "EEXIST", os.mkdir, "dangling")
    call("in a missing folder", "ENOENT", os.mkdir, "none/x")
    call("below a file", "ENOTDIR", os.mkdir, "file/x")
    call("name of 256 bytes", "ENAMETOOLONG", os.mkdir, NAME_255 + "n")
    call("name of 255 bytes", "ok", os.mkdir, NAME_255)
    os.mkdir("parent")
    before = os.stat("parent").st_nlink
    os.mkdir("parent/child")
    checks.equal("makes the parent's links one more", before + 1, os.stat("parent").st_nlink)
    os.rmdir("parent/child")
    checks.equal("rmdir makes them one less", before, os.stat("parent").st_nlink)


@case
def symlinks(checks):
    os.mkdir("folder")
    write_file("file", b"through")
    call = checks.call
    os.symlink("../file", "folder/up")
    checks.equal("up and read", "through", read_file("folder/up"))
    checks.equal("readlink", "../file", os.readlink("folder/up"))
    checks.equal("size is the target's length", 7, os.lstat("folder/up").st_size)
    call("over a file", "EEXIST", os.symlink, "x", "file")
    call("in a missing folder", "ENOENT", os.symlink, "x", "none/x")
    call("empty target", "ENOENT", os.symlink, "", "empty")
    call("readlink of a file", "EINVAL", os.readlink, "file")
    call("readlink of nothing", "ENOENT", os.readlink, "none")
    call("target of 4,095 bytes", "ok", os.symlink, "t" * 4095, "long")
    checks.equal("read back", 4095, len(os.readlink("long")))
    call("followed", "ENAMETOOLONG", os.stat, "long")
    call("target of 4,096 bytes", "ENAMETOOLONG", os.symlink, "t" * 4096, "longer")
    os.symlink("b", "a")
    os.symlink("a", "b")
    call("two that lead to each other", "ELOOP", os.stat, "a")
    os.symlink("file", "chain-0")
    for i in range(1, 45):
        os.symlink(f"chain-{i - 1}", f"chain-{i}")
    call("40 links in a row", 7, lambda: os.stat("chain-39").st_size)
    call("41 links in a row", "ELOOP", os.stat, "chain-40")
    target = b"\xff\xfe \n\xe4"
    os.symlink(target, b"bytes")
    checks.equal("target of any bytes", target.hex(), os.readlink(b"bytes").hex())


@case
def names_of_any_bytes(checks):
    every_byte = bytes(byte for byte in range(1, 256) if byte != ord("/"))
    names = [every_byte, "grün 文 \U0001f600".encode(), b"\xc3", b"e\xcc\x81", b"\xc3\xa9", b" ", b"-rf", b"a\nb", b"..."]
    for name in names:
        write_file(name, name)
    checks.equal("listed", sorted(name.hex() for name in names), sorted(n.hex() for n in os.listdir(b".")))
    checks.equal("read", True, all(open(name, "rb").read() == name for name in names))
    os.mkdir(b"\xff\xfe")
    write_file(b"\xff\xfe/\x80", b"deep")
    os.rename(b"\xff\xfe", b"\xfd")
    checks.equal("below such a folder", "deep", read_file(b"\xfd/\x80"))
    for name in names:
        os.unlink(name)
    checks.equal("removed", ["fd"], [name.hex() for name in os.listdir(b".")])


@case
def deep_paths(checks):
    name = "d" * 200
    depth = (4000 - len(checks.at)) // 201
    os.makedirs("/".join([name] * depth))
    path = "/".join([checks.at] + [name] * depth + ["file"])
    write_file(path, b"deep")
    checks.equal("a path of nearly 4,096 bytes", "deep", read_file(path))
    os.rename(name, "e" * 200)
    checks.equal("after its top was renamed", "deep", read_file(path.replace("d" * 200, "e" * 200, 1)))
