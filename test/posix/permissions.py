"""EACCES and EPERM, as somebody who is not root sees them."""
import os
from os import O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY

from suite import case, open_close, read_file, write_file


@case
def files_without_permission(checks):
    write_file("none", b"x", 0o000)
    write_file("read", b"x", 0o444)
    write_file("write", b"x", 0o222)
    os.chmod("none", 0o000)
    call = checks.call
    call("read what is not readable", "EACCES", open_close, "write", O_RDONLY)
    call("write what is not writable", "EACCES", open_close, "read", O_WRONLY)
    call("read and write it", "EACCES", open_close, "read", O_RDWR)
    call("O_TRUNC of it", "EACCES", open_close, "read", O_WRONLY | O_TRUNC)
    call("O_CREAT of it", "EACCES", open_close, "read", O_WRONLY | O_CREAT)
    call("truncate by path", "EACCES", os.truncate, "read", 0)
    call("neither", "EACCES", open_close, "none", O_RDONLY)
    call("read what is readable", "x", read_file, "read")
    call("write what is writable", "ok", open_close, "write", O_WRONLY)
    call("stat needs none", 1, lambda: os.stat("none").st_size)
    call("chmod needs none", "ok", os.chmod, "none", 0o400)
    call("times to now need to write or own", "ok", os.utime, "read")
    call("rename needs none of the file", "ok", os.rename, "none", "renamed")
    call("nor does unlink", "ok", os.unlink, "renamed")
    checks.equal("access", [True, False, False], [os.access("read", m) for m in (os.R_OK, os.W_OK, os.X_OK)])
    call("execute without x", "EACCES", os.execv, "./read", ["read"])


@case
def folders_without_permission(checks):
    for name, mode in (("no-write", 0o555), ("no-search", 0o666), ("no-read", 0o333), ("none", 0o000)):
        os.mkdir(name)
        write_file(f"{name}/file")
        os.mkdir(f"{name}/folder")
        os.chmod(name, mode)
    write_file("file")
    call = checks.call
    call("no write: new file", "EACCES", open_close, "no-write/new", O_WRONLY | O_CREAT)
    call("no write: mkdir", "EACCES", os.mkdir, "no-write/new")
    call("no write: symlink", "EACCES", os.symlink, "x", "no-write/new")
    call("no write: link", "EACCES", os.link, "file", "no-write/new")
    call("no write: mkfifo", "EACCES", os.mkfifo, "no-write/new")
    call("no write: unlink", "EACCES", os.unlink, "no-write/file")
    call("no write: rmdir", "EACCES", os.rmdir, "no-write/folder")
    call("no write: rename out", "EACCES", os.rename, "no-write/file", "file")
    call("no write: rename in", "EACCES", os.rename, "file", "no-write/new")
    call("no write: read", "x", read_file, "no-write/file")
    call("no write: write a file in it", "ok", open_close, "no-write/file", O_WRONLY)
    checks.soon("no search: stat", "EACCES", os.stat, "no-search/file")
    checks.soon("no search: open", "EACCES", open_close, "no-search/file", O_RDONLY)
    call("no search: new file", "EACCES", open_close, "no-search/new", O_WRONLY | O_CREAT)
    call("no search: chdir", "EACCES", os.chdir, "no-search")
    call("no search: list", ["file", "folder"], lambda: sorted(os.listdir("no-search")))
    call("no read: list", "EACCES", os.listdir, "no-read")
    call("no read: open by name", "x", read_file, "no-read/file")
    call("no read: missing name", "ENOENT", os.stat, "no-read/none")
    call("no read: new file", "ok", write_file, "no-read/new")
    call("nothing: list", "EACCES", os.listdir, "none")
    checks.soon("nothing: stat below", "EACCES", os.stat, "none/file")
    call("nothing: itself", 0o40000, lambda: os.stat("none").st_mode)
    for name in ("no-write", "no-search", "no-read", "none"):
        call(f"{name}: its owner may change that", "ok", os.chmod, name, 0o755)
        call(f"{name}: and then read", "x", read_file, f"{name}/file")
