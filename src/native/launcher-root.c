/*
 * The mount point: the project's path on its own host, which need not exist on this one.
 *
 * A folder in which the user may write is never covered: what a program wrote there
 * would vanish with the namespace, and a rename onto a bound file fails (EBUSY). So the mount
 * point is made there for real, and removed afterwards. Where the user may not write
 * (`/srv`), a tmpfs takes the folder's place, with everything that was in it bound back.
 *
 * Portals of several daemons may use what one of them has made. So the file system itself
 * counts them: a folder that was made bears a mark in its mode, and each portal that
 * uses one has a folder of its own, its pin, in it. Whoever ends removes its pin, and then what
 * bears the mark, as far as it is empty (src/base/mount-points.ts): rmdir(2) decides, so
 * nothing has to be locked, and no list can be lost.
 */
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* <linux/mount.h>; the C library of Debian 11 has neither the calls nor the numbers. */
#define ZMX_OPEN_TREE_CLONE 1
#define ZMX_MOVE_MOUNT_F_EMPTY_PATH 4
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

/* The mark: the sticky bit, which means nothing where only the owner may write, and which mkdir(2) sets at once. */
#define MADE_MODE 01755

/* Another portal's end may take away a parent that is still empty: how often to begin again. */
#define MAKE_TRIES 100

/* Where the new root is put together before it becomes the root. */
#define STAGE "/tmp"

void join_path(char *out, size_t size, const char *folder, const char *name) {
  const char *slash = strcmp(folder, "/") == 0 ? "" : "/";
  if ((size_t)snprintf(out, size, "%s%s%s", folder, slash, name) >= size) fail("%s is too long", name);
}

/* Makes all folders of `path` that are missing. False: another portal's end has taken away a parent meanwhile. */
static bool make_folders(const char *path) {
  char part[PATH_MAX];
  for (const char *end = path + 1; ; end++) {
    if (*end != '/' && *end != 0) continue;
    snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
    if (mkdir(part, MADE_MODE) < 0 && errno != EEXIST) {
      if (errno == ENOENT) return false;
      fail("%s cannot be made: %s; choose another place with --at DIR", part, strerror(errno));
    }
    if (*end == 0) return true;
  }
}

/* Puts what stands at `from` (in this namespace) at `to` in the new tree. */
static void bind_back(const char *from, int from_fd, const char *to) {
  struct stat info;
  if (fstatat(from_fd, from, &info, AT_SYMLINK_NOFOLLOW) < 0) return;
  if (S_ISLNK(info.st_mode)) {
    char target[PATH_MAX];
    ssize_t length = readlinkat(from_fd, from, target, sizeof target - 1);
    if (length < 0) return;
    target[length] = 0;
    if (symlink(target, to) < 0) fail("%s cannot be made: %s", to, strerror(errno));
    return;
  }
  if (S_ISDIR(info.st_mode)) {
    if (mkdir(to, 0755) < 0) fail("%s cannot be made: %s", to, strerror(errno));
  } else {
    int fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) fail("%s cannot be made: %s", to, strerror(errno));
    close(fd);
  }
  int tree = (int)syscall(SYS_open_tree, from_fd, from, ZMX_OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
  if (tree < 0 && errno == ENOENT) { /* removed meanwhile */
    unlinkat(AT_FDCWD, to, S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0);
    return;
  }
  if (tree < 0 || syscall(SYS_move_mount, tree, "", AT_FDCWD, to, ZMX_MOVE_MOUNT_F_EMPTY_PATH) < 0)
    fail("%s cannot be bound: %s", to, strerror(errno));
  close(tree);
}

/* Binds everything in the folder behind `fd` to the folder `to`, which is empty, but for `skip`. */
static void bind_all(int fd, const char *to, const char *skip) {
  int listing = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = listing < 0 ? NULL : fdopendir(listing);
  if (!folder) fail("%s cannot be listed: %s; choose another place with --at DIR", to, strerror(errno));
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    char path[PATH_MAX];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (strcmp(entry->d_name, skip) == 0) continue;
    join_path(path, sizeof path, to, entry->d_name);
    bind_back(entry->d_name, fd, path);
  }
  closedir(folder);
}

static void mount_tmpfs(const char *at) {
  if (mount("zmx", at, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") < 0)
    fail("a tmpfs cannot be mounted at %s: %s", at, strerror(errno));
}

static void seal(const char *at) {
  if (mount(NULL, at, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0)
    fail("%s cannot be made read-only: %s", at, strerror(errno));
}

/* The missing folder is directly below the root: only a new root can have it. */
static void replace_root(const char *path) {
  char staged[PATH_MAX], temporary[PATH_MAX];
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  /* The stage covers the folder that it stands on, so that one is cloned before. */
  int stage = (int)syscall(SYS_open_tree, root, &STAGE[1], ZMX_OPEN_TREE_CLONE | AT_RECURSIVE | O_CLOEXEC);
  if (root < 0 || stage < 0) fail("%s cannot be cloned: %s; choose another place with --at DIR", STAGE, strerror(errno));
  mount_tmpfs(STAGE);
  bind_all(root, STAGE, &STAGE[1]);
  join_path(temporary, sizeof temporary, STAGE, &STAGE[1]);
  if (mkdir(temporary, 0755) < 0 ||
      syscall(SYS_move_mount, stage, "", AT_FDCWD, temporary, ZMX_MOVE_MOUNT_F_EMPTY_PATH) < 0)
    fail("%s cannot be bound: %s", temporary, strerror(errno));
  join_path(staged, sizeof staged, STAGE, path + 1);
  make_folders(staged);
  if (chdir(STAGE) < 0 || mkdir(".old", 0700) < 0 || syscall(SYS_pivot_root, ".", ".old") < 0)
    fail("the new root cannot be entered: %s; choose another place with --at DIR", strerror(errno));
  if (chdir("/") < 0 || umount2("/.old", MNT_DETACH) < 0 || rmdir("/.old") < 0)
    fail("the old root cannot be left: %s", strerror(errno));
  seal("/");
  close(root);
  close(stage);
}

static void cover(const char *ancestor, const char *path) {
  int before = open(ancestor, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (before < 0) fail("%s cannot be opened: %s", ancestor, strerror(errno));
  mount_tmpfs(ancestor);
  bind_all(before, ancestor, "");
  make_folders(path);
  seal(ancestor);
  close(before);
}

/* The group's part is left out: the parent's setgid bit or ACL may have changed it. */
static bool was_made(const struct stat *folder) {
  const mode_t mark = S_ISVTX | S_IRWXO;
  return folder->st_uid == geteuid() && (folder->st_mode & mark) == (MADE_MODE & mark);
}

static bool pin_folder(const char *path, const char *pin) {
  char name[PATH_MAX];
  join_path(name, sizeof name, path, pin);
  if (mkdir(name, 0700) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT) fail("%s cannot be made: %s; choose another place with --at DIR", name, strerror(errno));
  return false;
}

/* False: another portal's end came in between. */
static bool try_make_mount_point(const char *path, const char *pin) {
  struct stat info;
  if (stat(path, &info) == 0) {
    if (!S_ISDIR(info.st_mode)) fail("%s is not a folder here; choose another place with --at DIR", path);
    return !was_made(&info) || pin_folder(path, pin);
  }
  char ancestor[PATH_MAX];
  snprintf(ancestor, sizeof ancestor, "%s", path);
  do {
    char *slash = strrchr(ancestor, '/');
    slash[slash == ancestor ? 1 : 0] = 0;
  } while (stat(ancestor, &info) < 0);
  if (!S_ISDIR(info.st_mode)) fail("%s is not a folder here; choose another place with --at DIR", ancestor);
  if (faccessat(AT_FDCWD, ancestor, W_OK | X_OK, AT_EACCESS) == 0) return make_folders(path) && pin_folder(path, pin);
  if (strcmp(ancestor, "/") == 0) replace_root(path);
  else cover(ancestor, path);
  return true;
}

void make_mount_point(const char *path, const char *pin) {
  mode_t mask = umask(0);
  for (int tries = 1; !try_make_mount_point(path, pin); tries++)
    if (tries == MAKE_TRIES) fail("%s is taken away while it is made; choose another place with --at DIR", path);
  umask(mask);
}
