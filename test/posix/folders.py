"""opendir(3), readdir(3), chdir(2), getcwd(2), statfs(2)."""
import os

from suite import case, write_file


@case
def listing(checks):
    for i in range(150):
        os.close(os.open(f"file-{i}", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.mkdir("folder")
    os.symlink("x", "link")
    entries = {entry.name: entry for entry in os.scandir(".")}
    checks.equal("all names", 152, len(entries))
    kinds = [entries["file-7"].is_file(), entries["folder"].is_dir(), entries["link"].is_symlink()]
    checks.equal("types", [True, True, True], kinds)
    inode = all(entry.inode() == entry.stat(follow_symlinks=False).st_ino for entry in entries.values())
    checks.equal("inode numbers are those of lstat", True, inode)
    checks.call("a file", "ENOTDIR", os.listdir, "file-1")
    checks.call("nothing", "ENOENT", os.listdir, "none")


@case
def listing_while_it_changes(checks):
    for i in range(100):
        write_file(f"old-{i}")
    seen = []
    with os.scandir(".") as scan:
        for i, entry in enumerate(scan):
            seen.append(entry.name)
            os.unlink(entry.name)
            if i < 30:
                write_file(f"new-{i}")
    old = [name for name in seen if name.startswith("old-")]
    checks.equal("what was there is listed once", 100, len(old))
    checks.equal("no name comes twice", len(seen), len(set(seen)))
    checks.equal("only new ones are left", True, all(name.startswith("new-") for name in os.listdir(".")))
    fd = os.open(".", os.O_RDONLY)
    before = len(os.listdir(fd))
    write_file("another")
    checks.equal("listed again from the start", before + 1, len(os.listdir(fd)))
    os.close(fd)


@case
def current_folder(checks):
    os.mkdir("folder")
    write_file("file")
    checks.call("chdir to a file", "ENOTDIR", os.chdir, "file")
    checks.call("chdir to nothing", "ENOENT", os.chdir, "none")
    os.chdir("folder")
    checks.equal("getcwd", f"{checks.at}/folder", os.getcwd())
    os.rename("../folder", "../renamed")
    checks.equal("getcwd after a rename", f"{checks.at}/renamed", os.getcwd())
    write_file("inside")
    checks.equal("a file is made there", True, os.path.exists("../renamed/inside"))
    os.unlink("inside")
    os.rmdir("../renamed")
    checks.call("getcwd after its removal", "ENOENT", os.getcwd)
    checks.call("a new file there", "ENOENT", write_file, "file")
    checks.call("its entries", [], os.listdir, ".")
    os.chdir(checks.at)


@case
def file_system(checks):
    info = os.statvfs(".")
    checks.equal("longest name", 255, info.f_namemax)
    checks.equal("blocks", True, 0 < info.f_bavail <= info.f_bfree <= info.f_blocks)
    checks.equal("block size", True, info.f_bsize >= 512 and info.f_frsize >= 512)
    checks.call("of nothing", "ENOENT", os.statvfs, "none")
    checks.equal("of a file is that of its folder", True, statvfs_of_file() == info.f_blocks)
    checks.equal("one device", True, os.stat(".").st_dev == os.stat("file").st_dev)


def statvfs_of_file():
    write_file("file")
    return os.statvfs("file").f_blocks
