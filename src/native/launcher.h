/* What the files of the launcher share. */
#ifndef ZMX_LAUNCHER_H
#define ZMX_LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>

/* Says one sentence to the portal (to stderr once the portal has let go) and exits with 125. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * launcher-root.c: makes the folder `path`, in this mount namespace only where its parent is not the
 * user's. Puts the first folder that was made for real into `made` (PATH_MAX bytes), '' for none.
 */
void make_mount_point(const char *path, char *made);

/* Removes again what was made for real: `path` and its parents up to `made`. */
void unmake_mount_point(const char *path, const char *made);

/* Joins two parts of a path; fails where the result is too long. */
void join_path(char *out, size_t size, const char *folder, const char *name);

#endif
