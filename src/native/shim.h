/* What the files of the shim share. */
#ifndef ZMX_SHIM_H
#define ZMX_SHIM_H

/* Statuses of a shell: what cannot be known, and a program that is not there (one less: that cannot be run). */
enum { UNKNOWN_STATUS = 255, NOT_FOUND_STATUS = 127 };

/* shim-local.c: becomes the project's file `path`, with these arguments behind its name, on this machine. */
_Noreturn void run_here(const char *path, int argc, char **argv);

#endif
