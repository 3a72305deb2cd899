/*
 * Becomes what runs on this machine. For a file of the project that takes more than execve(2): the kernel itself is
 * always answered with the shim where it executes one, so its content is read as any file's and taken from there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

/* As much of a script's first line as the kernel reads (BINPRM_BUF_SIZE). */
#define LINE_BYTES 256

/* As strerror(3), of what execve(2) and reading a file may say. */
static const char *reason(int error) {
  switch (error) {
    case E2BIG: return "Argument list too long";
    case EACCES: return "Permission denied";
    case EINTR: return "Interrupted system call";
    case EIO: return "Input/output error";
    case EISDIR: return "Is a directory";
    case EMFILE: return "Too many open files";
    case ENOENT: return "No such file or directory";
    case ENOEXEC: return "Exec format error";
    case ENOMEM: return "Cannot allocate memory";
    case ENOTCONN: return "Transport endpoint is not connected";
    case EPERM: return "Operation not permitted";
    case ETXTBSY: return "Text file busy";
    default: return "the system refuses it";
  }
}

static int status_of(int error) {
  return error == ENOENT ? NOT_FOUND_STATUS : NOT_FOUND_STATUS - 1;
}

_Noreturn void run_program(const char *path, char **argv) {
  execve(path, argv, environ);
  int error = errno;
  say(path, ": ", reason(error), "\n", NULL);
  _exit(status_of(error));
}

static _Noreturn void refuse(const char *path, const char *why, const char *what) {
  int error = errno;
  say("zmx portal: ", path, ": ", why, what, "\n", NULL);
  _exit(status_of(error));
}

/* `#! INTERPRETER [ARGUMENT]`: the argument is all the rest of the line, without the blanks around it. */
static _Noreturn void run_script(char *line, const char *path, int argc, char **argv) {
  line[strcspn(line, "\n")] = 0;
  char *interpreter = line + 2 + strspn(line + 2, " \t");
  char *rest = interpreter + strcspn(interpreter, " \t");
  if (*rest) *rest++ = 0;
  rest += strspn(rest, " \t");
  for (size_t end = strlen(rest); end > 0 && (rest[end - 1] == ' ' || rest[end - 1] == '\t'); end--) rest[end - 1] = 0;
  char *words[argc + 4];
  int count = 0;
  words[count++] = interpreter;
  if (*rest) words[count++] = rest;
  words[count++] = (char *)path;
  for (int i = 0; i < argc; i++) words[count++] = argv[i];
  words[count] = NULL;
  execve(interpreter, words, environ);
  refuse(path, "runs on this machine by portal-local, which cannot run its interpreter ", interpreter);
}

void run_here(const char *path, int argc, char **argv) {
  char line[LINE_BYTES + 1];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : pread(file, line, LINE_BYTES, 0);
  if (length < 0) refuse(path, "cannot be read: ", reason(errno));
  line[length] = 0;
  if (length > 2 && memcmp(line, "#!", 2) == 0) run_script(line, path, argc, argv);
  int copy = memfd_create(path, MFD_CLOEXEC);
  char piece[64 * 1024];
  while (copy >= 0 && (length = read(file, piece, sizeof piece)) > 0)
    if (write(copy, piece, (size_t)length) != length) refuse(path, "cannot be copied: ", reason(errno));
  if (copy < 0 || length < 0) refuse(path, "cannot be copied: ", reason(errno));
  char *words[argc + 2];
  words[0] = (char *)path;
  memcpy(words + 1, argv, (size_t)argc * sizeof *words);
  words[argc + 1] = NULL;
  syscall(SYS_execveat, copy, "", words, environ, AT_EMPTY_PATH);
  refuse(path, "runs on this machine by portal-local, which cannot run it: ", reason(errno));
}
