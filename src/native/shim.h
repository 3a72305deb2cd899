/* What the files of the shim share. */
#ifndef ZMX_SHIM_H
#define ZMX_SHIM_H

#include <stddef.h>

/* Statuses of a shell: what cannot be known, and a program that is not there (one less: that cannot be run). */
enum { UNKNOWN_STATUS = 255, NOT_FOUND_STATUS = 127 };

extern char **environ;

/* The connection with the portal. */
extern int broker;

/* On stderr, all of these strings up to a NULL. */
void say(const char *piece, ...) __attribute__((sentinel));

/* Says so, and ends with UNKNOWN_STATUS. */
_Noreturn void fail(const char *message);

void write_all(int fd, const void *bytes, size_t length);

/* shim-request.c: tells the broker what is to run. Returns whether it is a job of a shell, on a terminal that the shell gives to it by turns. */
int send_request(int argc, char **argv);

/* shim-local.c: becomes this program. */
_Noreturn void run_program(const char *path, char **argv);

/* shim-local.c: becomes the project's file `path`, with these arguments behind its name, on this machine. */
_Noreturn void run_here(const char *path, int argc, char **argv);

#endif
