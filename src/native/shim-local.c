/*
 * Runs a file of the project on this machine, as execve(2) would: the kernel itself is always
 * answered with the shim where it executes one, so its content is read as any file's and taken from there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

/* As much of a script's first line as the kernel reads (BINPRM_BUF_SIZE). */
#define LINE_BYTES 256

extern char **environ;

static _Noreturn void refuse(const char *path, const char *why, const char *what) {
  dprintf(2, "zmx portal: %s: %s%s\n", path, why, what);
  _exit(errno == ENOENT ? NOT_FOUND_STATUS : NOT_FOUND_STATUS - 1);
}

/* `#! INTERPRETER [ARGUMENT]`: the argument is all the rest of the line, without the blanks around it. */
static _Noreturn void run_script(char *line, const char *path, int argc, char **argv) {
  line[strcspn(line, "\n")] = 0;
  char *interpreter = line + 2 + strspn(line + 2, " \t");
  char *rest = interpreter + strcspn(interpreter, " \t");
  if (*rest) *rest++ = 0;
  rest += strspn(rest, " \t");
  for (size_t end = strlen(rest); end > 0 && (rest[end - 1] == ' ' || rest[end - 1] == '\t'); end--) rest[end - 1] = 0;
  char **words = calloc((size_t)argc + 4, sizeof *words);
  if (!words) refuse(path, "out of memory", "");
  int count = 0;
  words[count++] = interpreter;
  if (*rest) words[count++] = rest;
  words[count++] = (char *)path;
  for (int i = 0; i < argc; i++) words[count++] = argv[i];
  execve(interpreter, words, environ);
  refuse(path, "runs on this machine by portal-local, which cannot run its interpreter ", interpreter);
}

void run_here(const char *path, int argc, char **argv) {
  char line[LINE_BYTES + 1];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : pread(file, line, LINE_BYTES, 0);
  if (length < 0) refuse(path, "cannot be read: ", strerror(errno));
  line[length] = 0;
  if (length > 2 && memcmp(line, "#!", 2) == 0) run_script(line, path, argc, argv);
  int copy = memfd_create(path, MFD_CLOEXEC);
  char piece[64 * 1024];
  while (copy >= 0 && (length = read(file, piece, sizeof piece)) > 0)
    if (write(copy, piece, (size_t)length) != length) refuse(path, "cannot be copied: ", strerror(errno));
  if (copy < 0 || length < 0) refuse(path, "cannot be copied: ", strerror(errno));
  char **words = calloc((size_t)argc + 2, sizeof *words);
  if (!words) refuse(path, "out of memory", "");
  words[0] = (char *)path;
  memcpy(words + 1, argv, (size_t)argc * sizeof *words);
  syscall(SYS_execveat, copy, "", words, environ, AT_EMPTY_PATH);
  refuse(path, "runs on this machine by portal-local, which cannot run it: ", strerror(errno));
}
