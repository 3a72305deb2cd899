/* File descriptors: flags, locks, passing them between processes, and waiting for one to be readable or writable. */
#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

/* Descriptors in one message at most; the kernel's own limit is 253 (unix(7), SCM_RIGHTS). */
#define MAX_FDS 64
/* Bytes of data that come with received descriptors at most. */
#define MAX_RECEIVED_BYTES 65536

/* setCloexec(fd, on). */
napi_value zmx_set_cloexec(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd;
  bool on;
  if (!read_int(&call, 0, &fd) || !read_bool(&call, 1, &on)) return NULL;
  int flags = fcntl(fd, F_GETFD);
  if (flags < 0 || fcntl(fd, F_SETFD, on ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC) < 0)
    return throw_errno(env, errno, "fcntl");
  return make_undefined(env);
}

/* pipe() → [read end, write end], both close-on-exec. */
napi_value zmx_pipe(napi_env env, napi_callback_info info) {
  (void)info;
  int ends[2];
  napi_value pair;
  if (pipe2(ends, O_CLOEXEC) < 0) return throw_errno(env, errno, "pipe2");
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, make_int(env, ends[0]));
  napi_set_element(env, pair, 1, make_int(env, ends[1]));
  return pair;
}

/* queuedBytes(fd) → how much could be read at once (FIONREAD). */
napi_value zmx_queued_bytes(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, bytes;
  if (!read_int(&call, 0, &fd)) return NULL;
  return ioctl(fd, FIONREAD, &bytes) < 0 ? throw_errno(env, errno, "ioctl") : make_int(env, bytes);
}

/* pidfdOpen(pid) → a descriptor that is readable once the process has gone (pidfd_open(2)). */
napi_value zmx_pidfd_open(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int pid;
  if (!read_int(&call, 0, &pid)) return NULL;
  long fd = syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? throw_errno(env, errno, "pidfd_open") : make_int(env, fd);
}

/* flock(fd, exclusive, nonblocking) → false when somebody else has it. */
napi_value zmx_flock(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int fd, result;
  bool exclusive, nonblocking;
  if (!read_int(&call, 0, &fd) || !read_bool(&call, 1, &exclusive) || !read_bool(&call, 2, &nonblocking))
    return NULL;
  do result = flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | (nonblocking ? LOCK_NB : 0));
  while (result < 0 && errno == EINTR);
  if (result < 0 && errno != EWOULDBLOCK) return throw_errno(env, errno, "flock");
  napi_value held;
  napi_get_boolean(env, result == 0, &held);
  return held;
}

/* sendFds(socket fd, fds: number[], data) → bytes of data sent, -1 when the socket is full. */
napi_value zmx_send_fds(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int socket, fds[MAX_FDS];
  uint8_t *data;
  size_t length;
  uint32_t count;
  if (!read_int(&call, 0, &socket) || !read_bytes(&call, 2, &data, &length)) return NULL;
  if (napi_get_array_length(env, call.values[1], &count) != napi_ok || count > MAX_FDS)
    return throw_type(env, "expected an array of at most 64 descriptors");
  if (length == 0) return throw_type(env, "descriptors need at least one byte of data to travel with");
  for (uint32_t i = 0; i < count; i++) {
    napi_value item;
    if (napi_get_element(env, call.values[1], i, &item) != napi_ok ||
        napi_get_value_int32(env, item, &fds[i]) != napi_ok)
      return throw_type(env, "expected an array of descriptors");
  }
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof fds)];
  } control;
  memset(&control, 0, sizeof control);
  struct iovec part = {.iov_base = data, .iov_len = length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
  }
  ssize_t sent;
  do sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) return throw_errno(env, errno, "sendmsg");
  return make_int(env, sent);
}

/*
 * recvFds(socket fd, wait) → {data, fds}; null when nothing is there (without wait).
 * Data of length 0: the other side has closed. The descriptors are close-on-exec and the caller's to close.
 */
napi_value zmx_recv_fds(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int socket;
  bool wait;
  if (!read_int(&call, 0, &socket) || !read_bool(&call, 1, &wait)) return NULL;
  char *data = malloc(MAX_RECEIVED_BYTES);
  if (!data) return throw_errno(env, ENOMEM, "recvmsg");
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(MAX_FDS * sizeof(int))];
  } control;
  struct iovec part = {.iov_base = data, .iov_len = MAX_RECEIVED_BYTES};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t received;
  do received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  while (received < 0 && errno == EINTR);
  napi_value result = NULL, value, list;
  if (received < 0) {
    int error = errno;
    free(data);
    if (error != EAGAIN) return throw_errno(env, error, "recvmsg");
    napi_get_null(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  napi_create_buffer_copy(env, (size_t)received, data, NULL, &value);
  free(data);
  napi_set_named_property(env, result, "data", value);
  napi_create_array(env, &list);
  uint32_t index = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      napi_set_element(env, list, index++, make_int(env, fd));
    }
  }
  napi_set_named_property(env, result, "fds", list);
  return result;
}

/* One onReadable or onWritable: a poll handle in this thread's own event loop. */
typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref callback;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
  /* Descriptor of our own, or -1. */
  int duplicate;
  bool closing;
} watch_t;

static void watch_closed(uv_handle_t *handle) {
  watch_t *watch = handle->data;
  napi_remove_async_cleanup_hook(watch->hook);
  free(watch);
}

static void watch_close(watch_t *watch) {
  if (watch->closing) return;
  watch->closing = true;
  uv_poll_stop(&watch->poll);
  if (watch->duplicate >= 0) close(watch->duplicate);
  napi_delete_reference(watch->env, watch->callback);
  napi_async_destroy(watch->env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, watch_closed);
}

static void watch_env_ends(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  watch_close(data);
}

static void watch_event(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  watch_t *watch = poll->data;
  napi_handle_scope scope;
  napi_value callback, receiver;
  if (napi_open_handle_scope(watch->env, &scope) != napi_ok) return;
  napi_get_global(watch->env, &receiver);
  napi_get_reference_value(watch->env, watch->callback, &callback);
  if (napi_make_callback(watch->env, watch->context, receiver, callback, 0, NULL, NULL) ==
      napi_pending_exception) {
    napi_value thrown;
    napi_get_and_clear_last_exception(watch->env, &thrown);
    napi_fatal_exception(watch->env, thrown);
  }
  napi_close_handle_scope(watch->env, scope);
}

/* The function that they return; its data outlives the handle only as a closed flag. */
typedef struct {
  watch_t *watch;
} stop_t;

static napi_value watch_stop(napi_env env, napi_callback_info info) {
  void *data;
  napi_get_cb_info(env, info, NULL, NULL, NULL, &data);
  stop_t *stop = data;
  if (stop->watch) watch_close(stop->watch);
  stop->watch = NULL;
  return make_undefined(env);
}

static void stop_collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  free(data);
}

static napi_value watch_fd(napi_env env, napi_callback_info info, int event) {
  call_t call = read_call(env, info);
  int fd, duplicate = -1;
  napi_valuetype type = napi_undefined;
  uv_loop_t *loop;
  if (!read_int(&call, 0, &fd)) return NULL;
  if (call.count > 1) napi_typeof(env, call.values[1], &type);
  if (type != napi_function) return throw_type(env, "expected a function");
  if (event == UV_WRITABLE) {
    fd = duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return throw_errno(env, errno, "fcntl");
  }
  napi_get_uv_event_loop(env, &loop);
  watch_t *watch = calloc(1, sizeof *watch);
  stop_t *stop = calloc(1, sizeof *stop);
  int error = watch && stop ? uv_poll_init(loop, &watch->poll, fd) : UV_ENOMEM;
  if (error < 0) {
    free(watch);
    free(stop);
    if (duplicate >= 0) close(duplicate);
    return throw_errno(env, error, "epoll_ctl");
  }
  napi_value name, function;
  watch->env = env;
  watch->duplicate = duplicate;
  watch->poll.data = watch;
  stop->watch = watch;
  napi_create_reference(env, call.values[1], 1, &watch->callback);
  napi_create_string_utf8(env, "zmx:watchFd", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, NULL, name, &watch->context);
  napi_add_async_cleanup_hook(env, watch_env_ends, watch, &watch->hook);
  uv_poll_start(&watch->poll, event, watch_event);
  napi_create_function(env, "stop", NAPI_AUTO_LENGTH, watch_stop, stop, &function);
  napi_add_finalizer(env, function, stop, stop_collected, NULL, NULL);
  return function;
}

/* onReadable(fd, callback) → stop(). The callback runs whenever the descriptor has something to read (level-triggered). */
napi_value zmx_on_readable(napi_env env, napi_callback_info info) { return watch_fd(env, info, UV_READABLE); }

/*
 * onWritable(fd, callback) → stop(), likewise. It watches a duplicate of the descriptor: a loop
 * watches each only once, and this one may be reading from the descriptor already.
 */
napi_value zmx_on_writable(napi_env env, napi_callback_info info) { return watch_fd(env, info, UV_WRITABLE); }
