"""flock(2), fcntl(2) locks, among programs of one machine."""
import fcntl
import os
import struct

from suite import answer, case, write_file

F_OFD_SETLK = 37


def in_child(function, *arguments):
    """What a call answers in another process."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(answer(function, *arguments)).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    said = os.read(reader, 100).decode()
    os.close(reader)
    return said


def lock_other_handle(kind):
    with open("file", "r+b") as file:
        fcntl.flock(file, kind | fcntl.LOCK_NB)


def lock_range(kind, start, length):
    with open("file", "r+b") as file:
        fcntl.lockf(file, kind | fcntl.LOCK_NB, length, start)


@case
def whole_file_locks(checks):
    write_file("file")
    with open("file", "r+b") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        checks.equal("shared beside shared", "ok", answer(lock_other_handle, fcntl.LOCK_SH))
        checks.equal("exclusive beside shared", "EAGAIN", answer(lock_other_handle, fcntl.LOCK_EX))
        fcntl.flock(held, fcntl.LOCK_EX)
        checks.equal("shared beside exclusive", "EAGAIN", answer(lock_other_handle, fcntl.LOCK_SH))
        checks.equal("in another process", "EAGAIN", in_child(lock_other_handle, fcntl.LOCK_EX))
        fcntl.flock(held, fcntl.LOCK_UN)
        checks.equal("after the release", "ok", in_child(lock_other_handle, fcntl.LOCK_EX))
        fcntl.flock(held, fcntl.LOCK_EX)
    checks.equal("after the close", "ok", in_child(lock_other_handle, fcntl.LOCK_EX))


@case
def range_locks(checks):
    write_file("file", b"x" * 100)
    held = open("file", "r+b")
    fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 20)
    checks.equal("another process, the same range", "EAGAIN", in_child(lock_range, fcntl.LOCK_EX, 20, 10))
    checks.equal("across its edge", "EAGAIN", in_child(lock_range, fcntl.LOCK_SH, 29, 5))
    checks.equal("beside it", "ok", in_child(lock_range, fcntl.LOCK_EX, 30, 5))
    checks.equal("the same process", "ok", answer(fcntl.lockf, held, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 20))
    fcntl.lockf(held, fcntl.LOCK_UN, 10, 20)
    checks.equal("after the release", "ok", in_child(lock_range, fcntl.LOCK_EX, 20, 10))
    fcntl.lockf(held, fcntl.LOCK_EX, 0, 0)
    open("file").close()
    checks.equal("any close of the file releases", "ok", in_child(lock_range, fcntl.LOCK_EX, 0, 0))
    held.close()


@case
def locks_of_a_handle(checks):
    write_file("file")
    lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    one, two = open("file", "r+b"), open("file", "r+b")
    checks.call("F_OFD_SETLK", "ok", lambda: fcntl.fcntl(one, F_OFD_SETLK, lock) and None)
    checks.call("another handle", "EAGAIN", fcntl.fcntl, two, F_OFD_SETLK, lock)
    one.close()
    checks.call("after its close", "ok", lambda: fcntl.fcntl(two, F_OFD_SETLK, lock) and None)
    two.close()
