"""stat(2), chmod(2), chown(2), utimensat(2), access(2), xattr(7)."""
import ctypes
import os
import time

from suite import AT_FDCWD, case, read_file, system_call, write_file

UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2
AT_SYMLINK_NOFOLLOW = 0x100


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def utimensat(path, access, modification, flags=0):
    times = (Timespec * 2)(Timespec(*access), Timespec(*modification))
    system_call("utimensat", AT_FDCWD, path.encode(), times, flags)


def times_of(path):
    info = os.lstat(path)
    return [info.st_atime_ns, info.st_mtime_ns]


@case
def stat_errors(checks):
    write_file("file")
    os.symlink("loop", "loop")
    for name, call in (("stat", os.stat), ("lstat", os.lstat)):
        checks.call(f"{name}: missing", "ENOENT", call, "none")
        checks.call(f"{name}: below a file", "ENOTDIR", call, "file/x")
        checks.call(f"{name}: name of 256 bytes", "ENAMETOOLONG", call, "n" * 256)
        checks.call(f"{name}: empty path", "ENOENT", call, "")
    checks.call("stat: loop", "ELOOP", os.stat, "loop")
    checks.call("lstat: loop", 4, lambda: os.lstat("loop").st_size)
    checks.call("stat: file with a slash behind it", "ENOTDIR", os.stat, "file/")


@case
def stat_fields(checks):
    write_file("file", b"x" * 10_000)
    info = os.stat("file")
    checks.equal("type and mode", 0o100644, info.st_mode)
    checks.equal("links", 1, info.st_nlink)
    checks.equal("owner is who made it", [os.geteuid(), os.getegid()], [info.st_uid, info.st_gid])
    checks.equal("size", 10_000, info.st_size)
    checks.equal("blocks of 512 bytes hold it", True, info.st_blocks * 512 >= 10_000)
    checks.equal("times are of now", True, abs(info.st_mtime - time.time()) < 3600)
    checks.equal("the inode number is kept", True, all(os.stat("file").st_ino == info.st_ino for _ in range(3)))
    fd = os.open("file", os.O_RDWR)
    checks.equal("fstat is the same file", True, os.path.samestat(os.fstat(fd), os.stat("file")))
    os.close(fd)


@case
def modes(checks):
    write_file("file")
    os.mkdir("folder")
    os.symlink("file", "link")
    for mode in (0o000, 0o400, 0o644, 0o755, 0o777, 0o1644, 0o2755, 0o4755, 0o6711):
        os.chmod("file", mode)
        checks.equal(f"chmod {mode:o}", f"{mode:o}", f"{os.stat('file').st_mode & 0o7777:o}")
    for mode in (0o700, 0o1777, 0o2775):
        os.chmod("folder", mode)
        checks.equal(f"chmod {mode:o} of a folder", f"{mode:o}", f"{os.stat('folder').st_mode & 0o7777:o}")
    os.chmod("link", 0o640)
    checks.equal("through a link", 0o640, os.stat("file").st_mode & 0o777)
    checks.call("missing", "ENOENT", os.chmod, "none", 0o600)
    checks.call("below a file", "ENOTDIR", os.chmod, "file/x", 0o600)
    fd = os.open("file", os.O_RDWR)
    os.fchmod(fd, 0o444)
    checks.call("writing after the permission was taken away", 1, os.write, fd, b"y")
    os.close(fd)
    checks.equal("content and mode", ["y", 0o444], [read_file("file"), os.stat("file").st_mode & 0o777])
    before = os.stat("file").st_ctime_ns
    os.chmod("file", 0o600)
    checks.equal("changes ctime", True, os.stat("file").st_ctime_ns >= before)


@case
def owners(checks):
    write_file("file")
    uid, gid = os.geteuid(), os.getegid()
    checks.call("to nobody in particular", "ok", os.chown, "file", -1, -1)
    checks.call("to its own", "ok", os.chown, "file", uid, gid)
    checks.call("missing", "ENOENT", os.chown, "none", -1, -1)


@case
def times(checks):
    write_file("file")
    os.symlink("file", "link")
    utimensat("file", (1_000_000_000, 123_456_789), (1_000_000_001, 987_654_321))
    checks.equal("to the nanosecond", [1_000_000_000_123_456_789, 1_000_000_001_987_654_321], times_of("file"))
    utimensat("file", (0, UTIME_OMIT), (7, 0))
    checks.equal("UTIME_OMIT leaves one", [1_000_000_000_123_456_789, 7_000_000_000], times_of("file"))
    utimensat("file", (8, 0), (0, UTIME_OMIT))
    checks.equal("and the other", [8_000_000_000, 7_000_000_000], times_of("file"))
    utimensat("file", (0, UTIME_NOW), (0, UTIME_OMIT))
    seen = times_of("file")
    checks.equal("UTIME_NOW", [True, 7_000_000_000], [seen[0] > 10**18, seen[1]])
    utimensat("file", (0, UTIME_OMIT), (0, UTIME_OMIT))
    checks.equal("both omitted", True, times_of("file") == seen)
    os.utime("file")
    checks.equal("now", True, times_of("file")[1] > 10**18)
    utimensat("link", (5, 0), (6, 0), AT_SYMLINK_NOFOLLOW)
    checks.equal("of a link itself", 6_000_000_000, times_of("link")[1])
    checks.equal("leaves its target", True, times_of("file")[1] > 10**18)
    utimensat("file", (-5, 250_000_000), (-10, 0))
    checks.equal("before 1970", [-4_750_000_000, -10_000_000_000], times_of("file"))
    checks.call("nanoseconds out of range", "EINVAL", utimensat, "file", (0, 1_000_000_000), (0, 0))
    checks.call("missing", "ENOENT", os.utime, "none")
    os.utime("file", (5, 5))
    fd = os.open("file", os.O_RDWR)
    os.write(fd, b"y")
    checks.equal("a write changes mtime", True, os.fstat(fd).st_mtime > 10)
    os.utime(fd, (9, 9))
    checks.equal("set while open for writing", 9, os.fstat(fd).st_mtime)
    os.close(fd)
    checks.equal("and kept at close", 9, os.stat("file").st_mtime)
    os.utime("file", (5, 5))
    os.truncate("file", 0)
    checks.equal("truncate changes mtime", True, os.stat("file").st_mtime > 10)
    os.utime(".", (5, 5))
    write_file("new")
    checks.equal("a new name changes the folder's mtime", True, os.stat(".").st_mtime > 10)
    os.utime(".", (5, 5))
    os.unlink("new")
    checks.equal("a removed name too", True, os.stat(".").st_mtime > 10)


@case
def access(checks):
    write_file("file")
    os.mkdir("folder")
    checks.equal("exists", True, os.access("file", os.F_OK))
    checks.equal("does not", False, os.access("none", os.F_OK))
    checks.equal("read and write", True, os.access("file", os.R_OK | os.W_OK))
    checks.equal("execute without x", False, os.access("file", os.X_OK))
    os.chmod("file", 0o755)
    checks.equal("execute with x", True, os.access("file", os.X_OK))
    checks.equal("a folder", True, os.access("folder", os.R_OK | os.W_OK | os.X_OK))


@case
def extended_attributes(checks):
    write_file("file")
    checks.call("set", "ok", os.setxattr, "file", "user.test", b"value")
    checks.call("get one that is not there", "ENODATA", os.getxattr, "file", "user.none")
    checks.call("list", True, lambda: "user.none" not in os.listxattr("file"))
    checks.call("remove one that is not there", "ENODATA", os.removexattr, "file", "user.none")
    checks.call("get of nothing", "ENOENT", os.getxattr, "none", "user.test")
    checks.call("list of nothing", "ENOENT", os.listxattr, "none")
    checks.call("an unknown namespace", "ENOTSUP", os.getxattr, "file", "unknown.test")
