/* The names of a folder's programs, in node's thread pool: a host has 2,000, each with a system call or two. */
#include "addon.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  napi_async_work work;
  napi_deferred deferred;
  char folder[PATH_MAX];
  /* Each ended by a NUL. */
  char *names;
  size_t length, room;
} search_t;

static bool add(search_t *search, const char *name) {
  size_t size = strlen(name) + 1;
  if (search->length + size > search->room) {
    size_t room = 2 * search->room + size + 4096;
    char *grown = realloc(search->names, room);
    if (!grown) return false;
    search->names = grown;
    search->room = room;
  }
  memcpy(search->names + search->length, name, size);
  search->length += size;
  return true;
}

static bool is_program(int folder, const struct dirent *entry) {
  struct stat info;
  if (entry->d_type == DT_DIR || faccessat(folder, entry->d_name, X_OK, 0) < 0) return false;
  return entry->d_type == DT_REG || (fstatat(folder, entry->d_name, &info, 0) == 0 && S_ISREG(info.st_mode));
}

static void execute(napi_env env, void *data) {
  (void)env;
  search_t *search = data;
  DIR *folder = opendir(search->folder);
  if (!folder) return;
  for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
    if (is_program(dirfd(folder), entry) && !add(search, entry->d_name)) break;
  closedir(folder);
}

static void complete(napi_env env, napi_status status, void *data) {
  (void)status;
  search_t *search = data;
  napi_value names;
  void *copy;
  napi_create_buffer_copy(env, search->length, search->names ? search->names : "", &copy, &names);
  napi_resolve_deferred(env, search->deferred, names);
  napi_delete_async_work(env, search->work);
  free(search->names);
  free(search);
}

/* programsIn(folder) → Promise<Buffer>: nothing of a folder that cannot be read. */
napi_value zmx_programs_in(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  search_t *search = calloc(1, sizeof *search);
  napi_value name, promise;
  if (!search || !read_path(&call, 0, search->folder)) {
    free(search);
    return NULL;
  }
  napi_create_promise(env, &search->deferred, &promise);
  napi_create_string_utf8(env, "programsIn", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, NULL, name, execute, complete, search, &search->work);
  napi_queue_async_work(env, search->work);
  return promise;
}
