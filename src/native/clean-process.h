/* What a child of the holder must not have of its starter; system calls only, for between fork and exec. */
#ifndef ZMX_CLEAN_PROCESS_H
#define ZMX_CLEAN_PROCESS_H

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Exit statuses of a program that cannot be started (POSIX sh, 2.8.2). */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

/* Descriptors beyond the standard streams: node-pty's masters are not close-on-exec. */
static inline void close_inherited(void) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return;
#endif
  for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd >= 3; fd--) close((int)fd);
}

/* Handlers first: a signal that waits must not run one of the starter's. */
static inline void default_signals(void) {
  sigset_t none;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  sigemptyset(&action.sa_mask);
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

#endif
