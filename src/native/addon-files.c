/* Files by path: what node:fs lacks (flags of renameat2, nanoseconds, xattr, openat2, inotify). */
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A value of an extended attribute is at most this long; xattr(7), XATTR_SIZE_MAX. */
#define XATTR_BYTES 65536

/* What openat2 does with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, one component at a time: for kernels before 5.6. */
static int walk_beneath(int root, char *path, int flags, mode_t mode) {
  int folder = root;
  for (char *name = path;;) {
    char *slash = strchr(name, '/');
    if (slash) *slash = 0;
    if (!strcmp(name, "..")) {
      errno = EXDEV;
      break;
    }
    int step = slash ? O_PATH | O_DIRECTORY : flags;
    int fd = openat(folder, *name ? name : ".", step | O_NOFOLLOW | O_CLOEXEC, slash ? 0 : mode);
    int error = errno;
    if (folder != root) close(folder);
    folder = root;
    if (fd < 0 || !slash) {
      errno = error;
      return fd;
    }
    folder = fd;
    name = slash + 1;
  }
  int error = errno;
  if (folder != root) close(folder);
  errno = error;
  return -1;
}

/* openBeneath(root fd, path, flags, mode) → fd. */
napi_value zmx_open_beneath(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int root, flags, mode;
  char path[PATH_MAX];
  if (!read_int(&call, 0, &root) || !read_path(&call, 1, path) || !read_int(&call, 2, &flags) ||
      !read_int(&call, 3, &mode))
    return NULL;
  struct open_how how = {
      .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
      .mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? (uint64_t)mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  /* With O_PATH the last component may be a symlink itself: openat2 would refuse it, so its folder is resolved first. */
  char *name = strrchr(path, '/');
  name = name ? name + 1 : path;
  bool last_apart = (flags & O_PATH) && *name && strcmp(name, ".") && strcmp(name, "..");
  int fd;
  do {
    if (last_apart && name != path) {
      struct open_how folder_how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = how.resolve};
      name[-1] = 0;
      int folder = (int)syscall(SYS_openat2, root, path, &folder_how, sizeof folder_how);
      name[-1] = '/';
      fd = folder < 0 ? -1 : openat(folder, name, (int)how.flags, 0);
      int error = errno;
      if (folder >= 0) close(folder);
      errno = error;
    } else if (last_apart) {
      fd = openat(root, name, (int)how.flags, 0);
    } else {
      fd = (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof how);
    }
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  /* EPERM: a seccomp filter older than the call. */
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) fd = walk_beneath(root, path, flags, (mode_t)mode);
  return fd < 0 ? throw_errno(env, errno, "openat2") : make_int(env, fd);
}

/* linkFd(fd, new): gives a name to an open file, also to one made with O_TMPFILE. */
napi_value zmx_link_fd(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd;
  char from[32], to[PATH_MAX];
  if (!read_int(&call, 0, &fd) || !read_path(&call, 1, to)) return NULL;
  snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
  if (linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) < 0) return throw_errno(env, errno, "linkat");
  return make_undefined(env);
}

/* renameat2(old, new, flags). */
napi_value zmx_renameat2(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char from[PATH_MAX], to[PATH_MAX];
  int flags;
  if (!read_path(&call, 0, from) || !read_path(&call, 1, to) || !read_int(&call, 2, &flags)) return NULL;
  if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, (unsigned)flags) < 0)
    return throw_errno(env, errno, "rename");
  return make_undefined(env);
}

/* A bigint of nanoseconds, null (leave it) or anything else (now). */
static bool read_time(const call_t *call, size_t index, struct timespec *out) {
  napi_valuetype type = napi_undefined;
  if (index < call->count) napi_typeof(call->env, call->values[index], &type);
  if (type == napi_null) {
    out->tv_nsec = UTIME_OMIT;
  } else if (type == napi_string) {
    out->tv_nsec = UTIME_NOW;
  } else {
    int64_t ns;
    bool lossless;
    if (napi_get_value_bigint_int64(call->env, call->values[index], &ns, &lossless) != napi_ok || !lossless) {
      throw_type(call->env, "expected a time: bigint, null or 'now'");
      return false;
    }
    out->tv_sec = ns / 1000000000;
    out->tv_nsec = ns % 1000000000;
    if (out->tv_nsec < 0) {
      out->tv_nsec += 1000000000;
      out->tv_sec--;
    }
  }
  return true;
}

/* utimensat(path, atime, mtime, nofollow). */
napi_value zmx_utimensat(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX];
  struct timespec times[2] = {0};
  bool nofollow;
  if (!read_path(&call, 0, path) || !read_time(&call, 1, &times[0]) || !read_time(&call, 2, &times[1]) ||
      !read_bool(&call, 3, &nofollow))
    return NULL;
  if (utimensat(AT_FDCWD, path, times, nofollow ? AT_SYMLINK_NOFOLLOW : 0) < 0)
    return throw_errno(env, errno, "utimensat");
  return make_undefined(env);
}

/* accessErrno(path, mode) → 0 or the errno: being refused is no exception to who asks about every file. */
napi_value zmx_access_errno(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX];
  int mode;
  if (!read_path(&call, 0, path) || !read_int(&call, 1, &mode)) return NULL;
  return make_int(env, access(path, mode) < 0 ? errno : 0);
}

/* fallocate(fd, mode, offset, length). */
napi_value zmx_fallocate(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, mode;
  int64_t offset, length;
  if (!read_int(&call, 0, &fd) || !read_int(&call, 1, &mode) || !read_int64(&call, 2, &offset) ||
      !read_int64(&call, 3, &length))
    return NULL;
  int failed;
  do failed = fallocate(fd, mode, offset, length);
  while (failed < 0 && errno == EINTR);
  return failed < 0 ? throw_errno(env, errno, "fallocate") : make_undefined(env);
}

static int why_unusable(const char *path, bool folder) {
  struct stat found;
  if (stat(path, &found) < 0) return errno;
  if (folder && !S_ISDIR(found.st_mode)) return ENOTDIR;
  if (!folder && !S_ISREG(found.st_mode)) return EACCES;
  return access(path, X_OK) < 0 ? errno : 0;
}

/*
 * firstUsable(paths, folder) → index of the first of these NUL-ended paths that is a regular file which may be executed,
 * or with `folder` a folder that may be entered. None: a negative errno, EACCES where one was not permitted.
 */
napi_value zmx_first_usable(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  uint8_t *paths;
  size_t length;
  bool folder;
  if (!read_bytes(&call, 0, &paths, &length) || !read_bool(&call, 1, &folder)) return NULL;
  if (length == 0 || paths[length - 1] != 0) return throw_type(env, "expected paths that are each ended by a NUL");
  int index = 0, worst = ENOENT;
  for (size_t at = 0; at < length; at += strlen((char *)paths + at) + 1, index++) {
    int problem = why_unusable((char *)paths + at, folder);
    if (problem == 0) return make_int(env, index);
    if (worst != EACCES) worst = problem;
  }
  return make_int(env, -worst);
}

/* mknod(path, mode, rdev). */
napi_value zmx_mknod(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX];
  int mode, rdev;
  if (!read_path(&call, 0, path) || !read_int(&call, 1, &mode) || !read_int(&call, 2, &rdev)) return NULL;
  if (mknod(path, (mode_t)mode, (dev_t)(unsigned)rdev) < 0) return throw_errno(env, errno, "mknod");
  return make_undefined(env);
}

/* lgetxattr(path, name) → Buffer. */
napi_value zmx_lgetxattr(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX], name[PATH_MAX];
  if (!read_path(&call, 0, path) || !read_path(&call, 1, name)) return NULL;
  char *value = malloc(XATTR_BYTES);
  if (!value) return throw_errno(env, ENOMEM, "lgetxattr");
  ssize_t length = lgetxattr(path, name, value, XATTR_BYTES);
  napi_value result = NULL;
  if (length < 0)
    throw_errno(env, errno, "lgetxattr");
  else
    napi_create_buffer_copy(env, (size_t)length, value, NULL, &result);
  free(value);
  return result;
}

/* llistxattr(path) → Buffer of names, each ended by NUL. */
napi_value zmx_llistxattr(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX];
  if (!read_path(&call, 0, path)) return NULL;
  char *names = malloc(XATTR_BYTES);
  if (!names) return throw_errno(env, ENOMEM, "llistxattr");
  ssize_t length = llistxattr(path, names, XATTR_BYTES);
  napi_value result = NULL;
  if (length < 0)
    throw_errno(env, errno, "llistxattr");
  else
    napi_create_buffer_copy(env, (size_t)length, names, NULL, &result);
  free(names);
  return result;
}

/* nameMax(path) → longest name in that folder, in bytes. */
napi_value zmx_name_max(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char path[PATH_MAX];
  if (!read_path(&call, 0, path)) return NULL;
  long length = pathconf(path, _PC_NAME_MAX);
  return length < 0 ? throw_errno(env, errno, "pathconf") : make_int(env, length);
}

/* inotifyInit() → fd, non-blocking. */
napi_value zmx_inotify_init(napi_env env, napi_callback_info info) {
  (void)info;
  int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return fd < 0 ? throw_errno(env, errno, "inotify_init1") : make_int(env, fd);
}

/* inotifyAddWatch(fd, path, mask) → watch descriptor. */
napi_value zmx_inotify_add_watch(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, mask;
  char path[PATH_MAX];
  if (!read_int(&call, 0, &fd) || !read_path(&call, 1, path) || !read_int(&call, 2, &mask)) return NULL;
  int watch = inotify_add_watch(fd, path, (uint32_t)mask);
  return watch < 0 ? throw_errno(env, errno, "inotify_add_watch") : make_int(env, watch);
}

/* inotifyRmWatch(fd, watch descriptor). */
napi_value zmx_inotify_rm_watch(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, watch;
  if (!read_int(&call, 0, &fd) || !read_int(&call, 1, &watch)) return NULL;
  if (inotify_rm_watch(fd, watch) < 0) return throw_errno(env, errno, "inotify_rm_watch");
  return make_undefined(env);
}
