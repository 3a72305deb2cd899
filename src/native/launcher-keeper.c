/*
 * The keeper: a process that stays behind in the portal's mount namespace. A link that leads out of
 * the project may appear at any time, and only from within can what it leads to here be made read-only.
 *
 * Wire (SOCK_SEQPACKET): a path; answered by "." once it is read-only, or by one sentence. It ends with the socket.
 *
 * Not a child of the program, which might wait for it, nor in its session, whose
 * signals it would get; and with the capabilities that the program gives up.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int make_read_only(const char *path) {
  struct statvfs info;
  if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0) return -1;
  /* Flags that the outer namespace has set may not be cleared in this one. */
  unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
  if (statvfs(path, &info) == 0) {
    if (info.f_flag & ST_NOSUID) flags |= MS_NOSUID;
    if (info.f_flag & ST_NODEV) flags |= MS_NODEV;
    if (info.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
    if (info.f_flag & ST_NOATIME) flags |= MS_NOATIME;
    if (info.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
    if (info.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  }
  return mount(NULL, path, NULL, flags, NULL);
}

static _Noreturn void keep(int socket) {
  char path[PATH_MAX], answer[2 * PATH_MAX];
  prctl(PR_SET_NAME, "zmx-keeper");
  for (;;) {
    ssize_t length = recv(socket, path, sizeof path - 1, 0);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) _exit(0);
    path[length] = 0;
    int size = 1;
    if (make_read_only(path) == 0) strcpy(answer, ".");
    else size = snprintf(answer, sizeof answer, "%s cannot be protected: %s", path, strerror(errno));
    if (send(socket, answer, (size_t)size, MSG_NOSIGNAL) < 0) _exit(0);
  }
}

/* Nothing of the portal's or the program's stays open in it. */
static void let_go(int socket) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  if (socket > 3) syscall(SYS_close_range, 3U, (unsigned)socket - 1, 0U);
  syscall(SYS_close_range, (unsigned)socket + 1, ~0U, 0U);
  if (chdir("/") < 0) _exit(1);
}

void start_keeper(int socket) {
  pid_t child = fork();
  if (child < 0) fail("the portal's keeper cannot be started: %s", strerror(errno));
  if (child > 0) {
    waitpid(child, NULL, 0);
    close(socket);
    return;
  }
  setsid();
  pid_t keeper = fork();
  if (keeper != 0) _exit(keeper < 0);
  let_go(socket);
  keep(socket);
}
