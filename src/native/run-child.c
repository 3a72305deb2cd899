/*
 * run-child [--escaped FOLDER] UMASK FILE ARG0 [ARG...]: becomes FILE, as a child that owes nothing to its starter.
 *
 * Every child of the holder starts through it, because node-pty and libuv leave
 * open what is not close-on-exec (node-pty's masters are not), cannot set argv[0]
 * of a terminal's child or a umask, and swallow the reason when exec fails. Besides,
 * the holder waits for the exec of what it starts: this program is here and local, whereas
 * FOLDER and FILE may be on a file system that does not answer.
 *
 * --escaped: arguments and environment have bytes that are not UTF-8 as the characters
 * of src/base/byte-text.ts, since node passes text only; FOLDER, which may have them too,
 * is entered first. Without it, in the starter's folder, holders of older versions start it,
 * which outlive an upgrade of this file.
 *
 * UMASK: octal, or '-' to keep it. Exits with 127 when FILE does not exist and
 * 126 when it cannot be run (POSIX sh, 2.8.2), after a line on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

static void close_inherited(void) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return;
#endif
  for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd >= 3; fd--) close((int)fd);
}

static void default_signals(void) {
  sigset_t none;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  sigemptyset(&action.sa_mask);
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Erasing a character of several bytes needs IUTF8; node-pty makes byte 0xff end a line, which no terminal does. */
static void usual_terminal(void) {
  struct termios terminal;
  if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal) < 0) return;
  terminal.c_iflag |= IUTF8;
  terminal.c_cc[VEOL] = _POSIX_VDISABLE;
  terminal.c_cc[VEOL2] = _POSIX_VDISABLE;
  tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
}

/* In place: U+10FF80 to U+10FFFF, which are F4 8F BE 80 to F4 8F BF BF in UTF-8, become the bytes 80 to FF. */
static void unescape(char *text) {
  const unsigned char *from = (const unsigned char *)text;
  unsigned char *to = (unsigned char *)text;
  while (*from) {
    if (from[0] == 0xf4 && from[1] == 0x8f && (from[2] & 0xfe) == 0xbe && (from[3] & 0xc0) == 0x80) {
      *to++ = (unsigned char)(from[2] << 6) | from[3];
      from += 4;
    } else *to++ = *from++;
  }
  *to = 0;
}

static void unescape_all(char **texts) {
  for (; *texts; texts++) unescape(*texts);
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "--escaped") == 0) {
    unescape_all(argv + 2);
    unescape_all(environ);
    if (chdir(argv[2]) < 0) {
      fprintf(stderr, "zmx: cannot start in %s: %s\n", argv[2], strerror(errno));
      return EXIT_CANNOT_RUN;
    }
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
  int error = errno;
  fprintf(stderr, "zmx: cannot run %s: %s\n", argv[2], strerror(error));
  return error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}
