/*
 * zmx_native: the Linux system calls that node has no function for.
 *
 * Plain Node-API in C: one small addon for all of them, without a C++ wrapper
 * library, and stable over node's versions. The calls are synchronous; whoever
 * cannot wait makes them in a worker thread. src/base/native.ts has the types.
 */
#include "addon.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

call_t read_call(napi_env env, napi_callback_info info) {
  call_t call = {.env = env, .count = MAX_ARGUMENTS};
  napi_get_cb_info(env, info, &call.count, call.values, NULL, NULL);
  return call;
}

bool read_int(const call_t *call, size_t index, int *out) {
  int64_t value;
  if (index >= call->count || napi_get_value_int64(call->env, call->values[index], &value) != napi_ok ||
      value < INT_MIN || value > UINT32_MAX) {
    throw_type(call->env, "expected an integer");
    return false;
  }
  *out = (int)value;
  return true;
}

bool read_int64(const call_t *call, size_t index, int64_t *out) {
  if (index < call->count && napi_get_value_int64(call->env, call->values[index], out) == napi_ok) return true;
  throw_type(call->env, "expected an integer");
  return false;
}

bool read_bool(const call_t *call, size_t index, bool *out) {
  if (index < call->count && napi_get_value_bool(call->env, call->values[index], out) == napi_ok) return true;
  throw_type(call->env, "expected a boolean");
  return false;
}

bool read_bytes(const call_t *call, size_t index, uint8_t **data, size_t *length) {
  napi_typedarray_type type;
  void *start;
  if (index < call->count &&
      napi_get_typedarray_info(call->env, call->values[index], &type, length, &start, NULL, NULL) == napi_ok &&
      type == napi_uint8_array) {
    *data = start;
    return true;
  }
  throw_type(call->env, "expected a Uint8Array");
  return false;
}

bool read_path(const call_t *call, size_t index, char *out) {
  uint8_t *bytes;
  size_t length;
  if (!read_bytes(call, index, &bytes, &length)) return false;
  if (length >= PATH_MAX) {
    throw_errno(call->env, UV_ENAMETOOLONG, "path");
    return false;
  }
  if (length > 0 && memchr(bytes, 0, length)) {
    throw_errno(call->env, UV_EINVAL, "path");
    return false;
  }
  if (length > 0) memcpy(out, bytes, length);
  out[length] = 0;
  return true;
}

napi_value throw_errno(napi_env env, int error, const char *syscall) {
  int negative = error > 0 ? -error : error;
  char text[256];
  napi_value code, message, value, thrown;
  snprintf(text, sizeof text, "%s: %s, %s", uv_err_name(negative), uv_strerror(negative), syscall);
  napi_create_string_utf8(env, uv_err_name(negative), NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, code, message, &thrown);
  napi_create_int32(env, negative, &value);
  napi_set_named_property(env, thrown, "errno", value);
  napi_create_string_utf8(env, syscall, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, thrown, "syscall", value);
  napi_throw(env, thrown);
  return NULL;
}

napi_value throw_type(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

napi_value make_int(napi_env env, int64_t value) {
  napi_value result;
  napi_create_int64(env, value, &result);
  return result;
}

napi_value make_undefined(napi_env env) {
  napi_value result;
  napi_get_undefined(env, &result);
  return result;
}

static napi_value init(napi_env env, napi_value exports) {
  static const struct {
    const char *name;
    napi_callback function;
  } functions[] = {
      {"openBeneath", zmx_open_beneath},   {"linkFd", zmx_link_fd},
      {"renameat2", zmx_renameat2},
      {"utimensat", zmx_utimensat},        {"mknod", zmx_mknod},
      {"lgetxattr", zmx_lgetxattr},        {"llistxattr", zmx_llistxattr},
      {"nameMax", zmx_name_max},           {"inotifyInit", zmx_inotify_init},
      {"inotifyAddWatch", zmx_inotify_add_watch}, {"inotifyRmWatch", zmx_inotify_rm_watch},
      {"setCloexec", zmx_set_cloexec},     {"flock", zmx_flock},
      {"pipe", zmx_pipe},                  {"pidfdOpen", zmx_pidfd_open},
      {"sendFds", zmx_send_fds},           {"recvFds", zmx_recv_fds},
      {"onReadable", zmx_on_readable},     {"onWritable", zmx_on_writable},
      {"mount", zmx_mount},                {"umount2", zmx_umount2},
      {"eventFd", zmx_event_fd},           {"readUnless", zmx_read_unless},
      {"socketPair", zmx_socket_pair},     {"setNonblocking", zmx_set_nonblocking},
      {"cloneDevice", zmx_clone_device},   {"spawnChild", zmx_spawn_child},
      {"reapChild", zmx_reap_child},       {"queuedBytes", zmx_queued_bytes},
      {"execProgram", zmx_exec_program},   {"accessErrno", zmx_access_errno},
      {"listFolder", zmx_list_folder},
      {"fallocate", zmx_fallocate},        {"firstUsable", zmx_first_usable},
      {"programsIn", zmx_programs_in},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
