/* Mounts, and reading from /dev/fuse in a way that another thread can end. */
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static bool read_text(const call_t *call, size_t index, char *out, size_t size) {
  size_t length;
  if (index < call->count &&
      napi_get_value_string_utf8(call->env, call->values[index], out, size, &length) == napi_ok)
    return true;
  throw_type(call->env, "expected a string");
  return false;
}

/* mount(source, target path, type, flags, data). */
napi_value zmx_mount(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char source[PATH_MAX], target[PATH_MAX], type[64], data[4096];
  int flags;
  if (!read_text(&call, 0, source, sizeof source) || !read_path(&call, 1, target) ||
      !read_text(&call, 2, type, sizeof type) || !read_int(&call, 3, &flags) ||
      !read_text(&call, 4, data, sizeof data))
    return NULL;
  if (mount(source, target, type, (unsigned)flags, data) < 0) return throw_errno(env, errno, "mount");
  return make_undefined(env);
}

/* umount2(target path, flags). */
napi_value zmx_umount2(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char target[PATH_MAX];
  int flags;
  if (!read_path(&call, 0, target) || !read_int(&call, 1, &flags)) return NULL;
  if (umount2(target, flags) < 0) return throw_errno(env, errno, "umount2");
  return make_undefined(env);
}

/* socketPair() → two connected unix sockets that keep messages apart (SOCK_SEQPACKET), close-on-exec. */
napi_value zmx_socket_pair(napi_env env, napi_callback_info info) {
  (void)info;
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) return throw_errno(env, errno, "socketpair");
  napi_value result;
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t i = 0; i < 2; i++) napi_set_element(env, result, i, make_int(env, fds[i]));
  return result;
}

/* setNonblocking(fd). */
napi_value zmx_set_nonblocking(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd;
  if (!read_int(&call, 0, &fd)) return NULL;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return throw_errno(env, errno, "fcntl");
  return make_undefined(env);
}

/* cloneDevice(fd) → another descriptor of the same FUSE connection. */
napi_value zmx_clone_device(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd;
  if (!read_int(&call, 0, &fd)) return NULL;
  int clone = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (clone < 0) return throw_errno(env, errno, "open");
  uint32_t source = (uint32_t)fd;
  if (ioctl(clone, FUSE_DEV_IOC_CLONE, &source) < 0) {
    int error = errno;
    close(clone);
    return throw_errno(env, error, "ioctl");
  }
  return make_int(env, clone);
}

/* eventFd() → a descriptor; writing any u64 > 0 to it makes it readable until it is read. */
napi_value zmx_event_fd(napi_env env, napi_callback_info info) {
  (void)info;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return fd < 0 ? throw_errno(env, errno, "eventfd") : make_int(env, fd);
}

/* How many waits after a vain look go without one, at most. */
enum { MOST_WAITS_WITHOUT = 1023 };

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * poll(2) that looks for `ns` nanoseconds instead of sleeping: a core that sleeps may need longer to wake up than
 * an answer takes. It does so while that pays. Where the caller waits for this very core or thinks for longer,
 * the look is vain, and the next 1, 3, 7... waits go without.
 */
static int look(struct pollfd waiting[2], int64_t ns) {
  static _Thread_local int penalty, without;
  if (ns <= 0) return 0;
  if (without > 0) {
    without--;
    return 0;
  }
  int ready = poll(waiting, 2, 0);
  if (ready != 0) return ready; /* it was there already, which says nothing */
  int64_t end = now_ns() + ns;
  while ((ready = poll(waiting, 2, 0)) == 0 && now_ns() < end) continue;
  if (ready != 0) penalty /= 2;
  else without = penalty = penalty < MOST_WAITS_WITHOUT / 2 ? 2 * penalty + 1 : MOST_WAITS_WITHOUT;
  return ready;
}

/*
 * readUnless(fd, stop fd, buffer, microseconds) → bytes read, 0 once the stop descriptor is readable.
 * A plain read(2) of /dev/fuse cannot be ended from outside but by unmounting. Looks for so long before it sleeps.
 */
napi_value zmx_read_unless(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, stop, microseconds;
  uint8_t *data;
  size_t length;
  if (!read_int(&call, 0, &fd) || !read_int(&call, 1, &stop) || !read_bytes(&call, 2, &data, &length) ||
      !read_int(&call, 3, &microseconds))
    return NULL;
  struct pollfd waiting[2] = {{.fd = fd, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
  for (;;) {
    if (look(waiting, microseconds * INT64_C(1000)) == 0 && poll(waiting, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return throw_errno(env, errno, "poll");
    }
    if (waiting[1].revents) return make_int(env, 0);
    ssize_t got = read(fd, data, length);
    if (got >= 0) return make_int(env, got);
    /* ENOENT: the request was interrupted between poll and read. */
    if (errno != EINTR && errno != EAGAIN && errno != ENOENT) return throw_errno(env, errno, "read");
  }
}
