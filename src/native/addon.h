/* What the files of the addon share: argument readers and errors in node's shape. */
#ifndef ZMX_ADDON_H
#define ZMX_ADDON_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_ARGUMENTS 6

/* Arguments of one call. A reader that meets the wrong type throws a TypeError and returns false. */
typedef struct {
  napi_env env;
  size_t count;
  napi_value values[MAX_ARGUMENTS];
} call_t;

call_t read_call(napi_env env, napi_callback_info info);
bool read_int(const call_t *call, size_t index, int *out);
bool read_int64(const call_t *call, size_t index, int64_t *out);
bool read_bool(const call_t *call, size_t index, bool *out);
/* Bytes of a Uint8Array; they belong to JavaScript. */
bool read_bytes(const call_t *call, size_t index, uint8_t **data, size_t *length);
/* A path: a Uint8Array without NUL, copied with a NUL at its end into `out` of PATH_MAX bytes. */
bool read_path(const call_t *call, size_t index, char *out);

/* Throws an Error with code ('ENOENT'), errno (negative, as node has it) and syscall. */
napi_value throw_errno(napi_env env, int error, const char *syscall);
napi_value throw_type(napi_env env, const char *message);

napi_value make_int(napi_env env, int64_t value);
napi_value make_undefined(napi_env env);

/* addon-listing.c */
napi_value zmx_list_folder(napi_env env, napi_callback_info info);

/* addon-files.c */
napi_value zmx_open_beneath(napi_env env, napi_callback_info info);
napi_value zmx_link_fd(napi_env env, napi_callback_info info);
napi_value zmx_renameat2(napi_env env, napi_callback_info info);
napi_value zmx_utimensat(napi_env env, napi_callback_info info);
napi_value zmx_access_errno(napi_env env, napi_callback_info info);
napi_value zmx_fallocate(napi_env env, napi_callback_info info);
napi_value zmx_first_usable(napi_env env, napi_callback_info info);
napi_value zmx_mknod(napi_env env, napi_callback_info info);
napi_value zmx_lgetxattr(napi_env env, napi_callback_info info);
napi_value zmx_llistxattr(napi_env env, napi_callback_info info);
napi_value zmx_name_max(napi_env env, napi_callback_info info);
napi_value zmx_inotify_init(napi_env env, napi_callback_info info);
napi_value zmx_inotify_add_watch(napi_env env, napi_callback_info info);
napi_value zmx_inotify_rm_watch(napi_env env, napi_callback_info info);

/* addon-programs.c */
napi_value zmx_programs_in(napi_env env, napi_callback_info info);

/* addon-fds.c */
napi_value zmx_set_cloexec(napi_env env, napi_callback_info info);
napi_value zmx_pipe(napi_env env, napi_callback_info info);
napi_value zmx_queued_bytes(napi_env env, napi_callback_info info);
napi_value zmx_pidfd_open(napi_env env, napi_callback_info info);
napi_value zmx_flock(napi_env env, napi_callback_info info);
napi_value zmx_send_fds(napi_env env, napi_callback_info info);
napi_value zmx_recv_fds(napi_env env, napi_callback_info info);
napi_value zmx_on_readable(napi_env env, napi_callback_info info);
napi_value zmx_on_writable(napi_env env, napi_callback_info info);

/* addon-spawn.c */
napi_value zmx_spawn_child(napi_env env, napi_callback_info info);
napi_value zmx_exec_program(napi_env env, napi_callback_info info);
napi_value zmx_reap_child(napi_env env, napi_callback_info info);

/* addon-fuse.c */
napi_value zmx_mount(napi_env env, napi_callback_info info);
napi_value zmx_umount2(napi_env env, napi_callback_info info);
napi_value zmx_socket_pair(napi_env env, napi_callback_info info);
napi_value zmx_set_nonblocking(napi_env env, napi_callback_info info);
napi_value zmx_clone_device(napi_env env, napi_callback_info info);
napi_value zmx_event_fd(napi_env env, napi_callback_info info);
napi_value zmx_read_unless(napi_env env, napi_callback_info info);

#endif
