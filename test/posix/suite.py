"""What the cases are written with: a case has a folder of its own and makes checks, each a call with what
its man page says it answers. Everything that a check can answer is plain data, so that runs can be compared."""
import ctypes
import errno
import os
import time

CASES = []
LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100


def case(body):
    """Registers a function of a `Checks` as a case; its name is the function's."""
    CASES.append(body)
    return body


class Checks:
    """The checks of one case; `at` is its folder, which is empty and the current one."""

    def __init__(self, name, at):
        self.name = name
        self.at = at
        self.results = []

    def equal(self, what, expected, seen):
        self.results.append({"name": f"{self.name}: {what}", "expected": expected, "seen": seen})

    def soon(self, what, expected, function, *arguments):
        """As `call`, for what takes a moment to be known: the last answer of many counts."""
        seen = answer(function, *arguments)
        for _ in range(1000):
            if seen == expected:
                break
            time.sleep(0.01)
            seen = answer(function, *arguments)
        self.equal(what, expected, seen)

    def call(self, what, expected, function, *arguments, **options):
        """`expected` is the call's answer ("ok" for None), or the name of its errno."""
        self.equal(what, expected, answer(function, *arguments, **options))


def answer(function, *arguments, **options):
    try:
        result = function(*arguments, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "ok" if result is None else result


def system_call(name, *arguments):
    """A function of libc that Python does not have; answers None or raises OSError."""
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def write_file(path, content=b"x", mode=0o644):
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)


def read_file(path):
    with open(path, "rb") as file:
        return file.read().decode("latin1")


def open_close(path, flags, mode=0o644):
    os.close(os.open(path, flags, mode))


def run(folder):
    """Runs all cases in `folder`; returns their results in order."""
    folder = os.path.abspath(folder)
    results = []
    for body in CASES:
        at = os.path.join(folder, body.__name__)
        os.mkdir(at)
        os.chdir(at)
        checks = Checks(body.__name__, at)
        seen = answer(body, checks)
        checks.equal("runs to its end", "ok", seen)
        results += checks.results
    os.chdir(folder)
    return results
