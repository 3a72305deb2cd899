/* What the files of the launcher share. */
#ifndef ZMX_LAUNCHER_H
#define ZMX_LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>

/* Says one sentence to the portal (to stderr once the portal has let go) and exits with 125. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * launcher-root.c: makes the folder `path`, in this mount namespace only where its parent is not the
 * user's. Where it is one that was made for a portal, the folder `pin` in it keeps it until this one ends.
 */
void make_mount_point(const char *path, const char *pin);

/* launcher-keeper.c: leaves a process behind that makes each path that comes over the socket read-only in this mount namespace. */
void start_keeper(int socket);

/* Joins two parts of a path; fails where the result is too long. */
void join_path(char *out, size_t size, const char *folder, const char *name);

#endif
