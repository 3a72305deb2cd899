/*
 * A folder with the attributes of all that is in it, in one call.
 *
 * node:fs takes two calls by path for each entry, through /proc/self/fd so that the folder stays the one that was
 * opened, and makes an object of forty fields of each: ten times as long as the kernel takes. A portal begins
 * with the listings of a whole project.
 */
#include "addon.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one entry beside its name and target: two lengths, twelve numbers, three errnos. */
#define FIXED_BYTES (2 * 2 + 12 * 8 + 3)
#define NO_TARGET 0xffff
#define FIRST_BYTES 16384

/* Bytes that grow. */
typedef struct {
  uint8_t *data;
  size_t length, room;
} bytes_t;

/* Room for so many more; false: no memory. */
static bool reserve(bytes_t *bytes, size_t more) {
  if (bytes->length + more <= bytes->room) return true;
  size_t room = bytes->room ? 2 * bytes->room : FIRST_BYTES;
  while (room < bytes->length + more) room *= 2;
  uint8_t *data = realloc(bytes->data, room);
  if (!data) return false;
  bytes->data = data;
  bytes->room = room;
  return true;
}

static void put(bytes_t *bytes, const void *data, size_t length) {
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

static void put_u8(bytes_t *bytes, int value) { bytes->data[bytes->length++] = (uint8_t)value; }

static void put_u16(bytes_t *bytes, size_t value) {
  uint16_t number = htole16((uint16_t)value);
  put(bytes, &number, sizeof number);
}

static void put_u64(bytes_t *bytes, int64_t value) {
  uint64_t number = htole64((uint64_t)value);
  put(bytes, &number, sizeof number);
}

/* ns since 1970, as far as they fit; what lies beyond becomes the end. */
static void put_time(bytes_t *bytes, struct timespec time) {
  int64_t ns;
  if (__builtin_mul_overflow((int64_t)time.tv_sec, INT64_C(1000000000), &ns) ||
      __builtin_add_overflow(ns, (int64_t)time.tv_nsec, &ns))
    ns = time.tv_sec < 0 ? INT64_MIN : INT64_MAX;
  put_u64(bytes, ns);
}

static int refused(int folder, const char *name, int bits) {
  return faccessat(folder, name, bits, 0) < 0 ? errno : 0;
}

/*
 * What access(2) says to reading, writing and executing, in mostly one call: a file that has no bit for executing may be
 * executed by nobody, also by no access control list, whose mask is shown as the group's bits (acl(5)).
 */
static void put_access(bytes_t *bytes, int folder, const char *name, mode_t mode) {
  int read = refused(folder, name, R_OK | W_OK), write = read;
  if (read) {
    read = refused(folder, name, R_OK);
    write = refused(folder, name, W_OK);
  }
  put_u8(bytes, read);
  put_u8(bytes, write);
  put_u8(bytes, S_ISREG(mode) && !(mode & 0111) ? EACCES : refused(folder, name, X_OK));
}

/* Appends an entry, or nothing where it has gone meanwhile. 0 or an errno. */
static int put_entry(bytes_t *bytes, int folder, const char *name) {
  struct stat info;
  char target[PATH_MAX];
  ssize_t target_length = -1;
  if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) < 0) return errno == ENOENT ? 0 : errno;
  if (S_ISLNK(info.st_mode)) {
    target_length = readlinkat(folder, name, target, sizeof target);
    if (target_length < 0) return errno == ENOENT || errno == EINVAL ? 0 : errno;
  }
  size_t name_length = strlen(name);
  if (!reserve(bytes, FIXED_BYTES + name_length + sizeof target)) return ENOMEM;
  put_u16(bytes, name_length);
  put(bytes, name, name_length);
  if (target_length < 0) put_u16(bytes, NO_TARGET);
  else {
    put_u16(bytes, (size_t)target_length);
    put(bytes, target, (size_t)target_length);
  }
  int64_t numbers[] = {(int64_t)info.st_dev,  (int64_t)info.st_ino, info.st_mode, (int64_t)info.st_nlink, info.st_uid,
                       info.st_gid, (int64_t)info.st_rdev, info.st_size, info.st_blocks};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_u64(bytes, numbers[i]);
  put_time(bytes, info.st_atim);
  put_time(bytes, info.st_mtim);
  put_time(bytes, info.st_ctim);
  if (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) put_access(bytes, folder, name, info.st_mode);
  else
    for (int i = 0; i < 3; i++) put_u8(bytes, 0);
  return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Names without . and .., in the order of their bytes; 0 or an errno. The caller's to free, each and the array. */
static int read_names(int folder, char ***names, size_t *count) {
  int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
  DIR *entries = own < 0 ? NULL : fdopendir(own);
  if (!entries) {
    error = errno;
    if (own >= 0) close(own);
    return error;
  }
  size_t room = 0;
  for (errno = 0; !error;) {
    struct dirent *entry = readdir(entries);
    if (!entry) {
      error = errno;
      break;
    }
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (*count == room) {
      room = room ? 2 * room : 64;
      char **larger = realloc(*names, room * sizeof **names);
      if (!larger) {
        error = ENOMEM;
        break;
      }
      *names = larger;
    }
    char *name = strdup(entry->d_name);
    if (!name) error = ENOMEM;
    else (*names)[(*count)++] = name;
  }
  closedir(entries);
  if (*count > 1) qsort(*names, *count, sizeof **names, by_name);
  return error;
}

/*
 * listFolder(fd) → bytes: all entries, each as u16 and name; u16 and target (0xffff: no symbolic link); as 64-bit numbers
 * device, inode, mode, links, uid, gid, special device, size, blocks of 512 bytes, and in ns since 1970 the times of the
 * last reading, writing and change; as u8 what access(2) says to reading, writing and executing: 0 or an errno,
 * for files and folders. Least significant byte first.
 */
napi_value zmx_list_folder(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int folder;
  if (!read_int(&call, 0, &folder)) return NULL;
  char **names = NULL;
  size_t count = 0;
  bytes_t bytes = {0};
  int error = read_names(folder, &names, &count);
  for (size_t i = 0; i < count; i++) {
    if (!error) error = put_entry(&bytes, folder, names[i]);
    free(names[i]);
  }
  free(names);
  napi_value result = NULL;
  if (error) throw_errno(env, error, "readdir");
  else napi_create_buffer_copy(env, bytes.length, bytes.data ? bytes.data : (uint8_t *)"", NULL, &result);
  free(bytes.data);
  return result;
}
