/*
 * run-child [--escaped FOLDER] UMASK FILE ARG0 [ARG...]: becomes FILE, as a child that owes nothing to its starter.
 * run-child --failed WHAT PATH ERRNO: says so, for a child that cannot.
 *
 * Children on terminals and daemons start through it, because node-pty and libuv leave
 * open what is not close-on-exec (node-pty's masters are not), cannot set argv[0]
 * of a terminal's child or a umask, and swallow the reason when exec fails. Piped children
 * do without it: addon-spawn.c.
 *
 * --escaped: arguments and environment have bytes that are not UTF-8 as the characters
 * of src/base/byte-text.ts, since node passes text only; FOLDER, which may have them too,
 * is entered first. Without it, in the starter's folder, holders of older versions start it,
 * which outlive an upgrade of this file.
 *
 * UMASK: octal, or '-' to keep it. Exits with 127 when FILE does not exist and
 * 126 when it cannot be run (POSIX sh, 2.8.2), after a line on stderr.
 */
#include "clean-process.h"
#include "escaped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>

extern char **environ;

/* Erasing a character of several bytes needs IUTF8; node-pty makes byte 0xff end a line, which no terminal does. */
static void usual_terminal(void) {
  struct termios terminal;
  if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal) < 0) return;
  terminal.c_iflag |= IUTF8;
  terminal.c_cc[VEOL] = _POSIX_VDISABLE;
  terminal.c_cc[VEOL2] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

static int failed(const char *what, const char *path, int error) {
  fprintf(stderr, "zmx: cannot %s %s: %s\n", what, path, strerror(error));
  return error == ENOENT && strcmp(what, "run") == 0 ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "--failed") == 0) return failed(argv[2], argv[3], atoi(argv[4]));
  if (argc > 2 && strcmp(argv[1], "--escaped") == 0) {
    unescape_all(argv + 2);
    unescape_all(environ);
    if (chdir(argv[2]) < 0) return failed("start in", argv[2], errno);
    argv += 2;
    argc -= 2;
  }
  if (argc < 4) {
    fprintf(stderr, "usage: run-child UMASK FILE ARG0 [ARG...]\n");
    return EXIT_CANNOT_RUN;
  }
  close_inherited();
  default_signals();
  usual_terminal();
  if (strcmp(argv[1], "-") != 0) umask((mode_t)strtoul(argv[1], NULL, 8));
  execvp(argv[2], argv + 3);
  return failed("run", argv[2], errno);
}
