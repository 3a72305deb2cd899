/*
 * Starts a child without copying this process, and without waiting for its exec.
 *
 * fork(2), which libuv's spawn uses, copies the page tables of a process as large as node:
 * up to 4 ms for each command of an agent. A child of clone(2) with CLONE_VM borrows our memory
 * until its exec instead, as posix_spawn(3)'s does, which can neither enter a folder nor begin a
 * session on every libc. It has a stack of its own, and every signal blocked: a handler of ours must not run in it.
 *
 * posix_spawn(3) also sleeps until the exec (CLONE_VFORK). That may be for ever where the folder or the
 * program is on a file system that does not answer; and whoever sleeps while a child begins is woken up
 * on the child's processor as often as not, and goes on after the child's turn only, a ms or two later.
 * So here both run at once in one memory. The child leaves alone what is ours: it makes system calls and calls
 * no function of the C library, whose errno is this thread's too. That something failed is said by
 * run-child, in a memory of its own.
 */
#include "addon.h"
#include "clean-process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#ifndef CLONE_PIDFD /* C libraries before 2020 */
#define CLONE_PIDFD 0x1000
#endif

/* Linux's numbers of signals, and its masks' bytes; the C library's are longer and keep some signals for itself. */
#define LAST_SIGNAL 64
#define KERNEL_MASK_BYTES 8
/* No kernel's struct sigaction is longer. */
#define KERNEL_ACTION_BYTES 64
/* Where close_range(2) is missing (before Linux 5.9), descriptors are closed up to here: the usual `ulimit -n`. */
#define CLOSED_ONE_BY_ONE 1024

#define CHILD_STACK_BYTES (16 * 1024)
#define SHELL "/bin/sh"

/* syscall(2) that leaves errno alone: its result, or a negative errno. Elsewhere we do wait for the exec. */
static inline long system_call(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
#define WAIT_FOR_EXEC 0
  long result;
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
#define WAIT_FOR_EXEC 0
  register long kind __asm__("x8") = number, first __asm__("x0") = a, second __asm__("x1") = b;
  register long third __asm__("x2") = c, fourth __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(first) : "r"(kind), "r"(second), "r"(third), "r"(fourth) : "memory");
  return first;
#else
#define WAIT_FOR_EXEC CLONE_VFORK
  long result = syscall(number, a, b, c, d);
  return result < 0 ? -errno : result;
#endif
}

/* One start. The child borrows it until its exec or end. */
typedef struct start {
  struct start *next;
  /* Not 0 while the child borrows our memory; then the kernel clears it (CLONE_CHILD_CLEARTID). */
  atomic_int borrowed;
  int stdio[3];
  int umask;
  /* Path of run-child, folder, file, argv. */
  char **words;
  char **env;
  _Alignas(16) char stack[CHILD_STACK_BYTES];
} start_t;

/* Those that may still be borrowed. A child is started by one thread of a process only: the holder's. */
static start_t *borrowed;

static void free_start(start_t *start) {
  free(start->words);
  free(start->env);
  free(start);
}

/* Frees what no child borrows any more. */
static void take_back(void) {
  for (start_t **at = &borrowed; *at;) {
    start_t *start = *at;
    if (atomic_load(&start->borrowed)) at = &start->next;
    else {
      *at = start->next;
      free_start(start);
    }
  }
}

/* In the child: a line on its stderr, and the status of a shell that cannot run something. */
static _Noreturn void give_up(const start_t *start, const char *what, const char *path, long error) {
  char digits[8], *number = digits + sizeof digits;
  *--number = 0;
  do *--number = (char)('0' + error % 10);
  while ((error /= 10) > 0);
  const char *argv[] = {start->words[0], "--failed", what, path, number, NULL}, *env[] = {NULL};
  system_call(SYS_execve, (long)argv[0], (long)argv, (long)env, 0);
  for (;;) system_call(SYS_exit_group, EXIT_CANNOT_RUN, 0, 0, 0);
}

/* In the child. Node keeps 0 to 2 open (to /dev/null at least), so that none of `stdio` is among them. */
static int become(void *data) {
  const start_t *start = data;
  system_call(SYS_setsid, 0, 0, 0, 0);
  for (int fd = 0; fd < 3; fd++)
    if (system_call(SYS_dup3, start->stdio[fd], fd, 0, 0) < 0)
      for (;;) system_call(SYS_exit_group, EXIT_CANNOT_RUN, 0, 0, 0);
#ifdef SYS_close_range
  if (system_call(SYS_close_range, 3, ~0U, 0, 0) < 0)
#endif
    for (int fd = 3; fd < CLOSED_ONE_BY_ONE; fd++) system_call(SYS_close, fd, 0, 0, 0);
  /* Handlers first: a signal that waits must not run one of ours. */
  static const char default_action[KERNEL_ACTION_BYTES], no_signals[KERNEL_MASK_BYTES];
  for (int number = 1; number <= LAST_SIGNAL; number++)
    system_call(SYS_rt_sigaction, number, (long)default_action, 0, KERNEL_MASK_BYTES);
  system_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)no_signals, 0, KERNEL_MASK_BYTES);
  if (start->umask >= 0) system_call(SYS_umask, start->umask, 0, 0, 0);
  char *folder = start->words[1], *file = start->words[2], **argv = start->words + 3;
  long error = system_call(SYS_chdir, (long)folder, 0, 0, 0);
  if (error < 0) give_up(start, "start in", folder, -error);
  error = system_call(SYS_execve, (long)file, (long)argv, (long)start->env, 0);
  if (error == -ENOEXEC) { /* a script without #!, as execvp(3) has it */
    argv[-1] = SHELL;
    argv[0] = file;
    error = system_call(SYS_execve, (long)SHELL, (long)(argv - 1), (long)start->env, 0);
  }
  give_up(start, "run", file, -error);
}

/* The child's pid, or a negative errno. */
static int begin(start_t *start, int *pidfd) {
  int flags = CLONE_VM | CLONE_PIDFD | CLONE_CHILD_CLEARTID | WAIT_FOR_EXEC | SIGCHLD;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  atomic_store(&start->borrowed, 1);
  int pid = clone(become, start->stack + CHILD_STACK_BYTES, flags, start, pidfd, NULL, &start->borrowed);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (pid < 0) return -error;
  start->next = borrowed;
  borrowed = start;
  return pid;
}

/* NUL-ended strings, one after another, copied: an array of them that ends with NULL, and that one free() frees. */
static char **copy_strings(const uint8_t *data, size_t length) {
  size_t count = 0;
  for (size_t at = 0; at < length; at++) count += data[at] == 0;
  char **strings = malloc((count + 1) * sizeof *strings + length);
  if (!strings) return NULL;
  char *at = (char *)(strings + count + 1);
  if (length > 0) memcpy(at, data, length);
  for (size_t i = 0; i < count; i++, at += strlen(at) + 1) strings[i] = at;
  strings[count] = NULL;
  return strings;
}

/* An argument of strings that are each ended by a NUL. */
static bool read_strings(const call_t *call, size_t index, char ***out) {
  uint8_t *data;
  size_t length;
  if (!read_bytes(call, index, &data, &length)) return false;
  if (length > 0 && data[length - 1] != 0) {
    throw_type(call->env, "expected strings that are each ended by a NUL");
    return false;
  }
  *out = copy_strings(data, length);
  if (!*out) throw_errno(call->env, ENOMEM, "malloc");
  return *out != NULL;
}

/*
 * spawnChild(words, env, umask, stdin, stdout, stderr) → [pid, pidfd]. Words: the path of run-child, folder, file,
 * then argv. A negative umask keeps ours. The pidfd is close-on-exec.
 */
napi_value zmx_spawn_child(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  take_back();
  start_t *start = calloc(1, sizeof *start);
  if (!start) return throw_errno(env, ENOMEM, "malloc");
  bool read = read_strings(&call, 0, &start->words) && read_strings(&call, 1, &start->env) &&
              read_int(&call, 2, &start->umask);
  for (size_t fd = 0; read && fd < 3; fd++) read = read_int(&call, 3 + fd, &start->stdio[fd]);
  for (size_t at = 0; read && at < 4; at++)
    if (!start->words[at]) {
      throw_type(env, "expected run-child, a folder, a file and its name");
      read = false;
    }
  int pidfd, pid = read ? begin(start, &pidfd) : 0;
  if (pid <= 0) {
    free_start(start);
    return pid < 0 ? throw_errno(env, -pid, "clone") : NULL;
  }
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, make_int(env, pid));
  napi_set_element(env, pair, 1, make_int(env, pidfd));
  return pair;
}

/*
 * execProgram(argv, env): execve(2) of argv[0], a path; strings are each ended by a NUL. All threads of this process
 * end, and what is close-on-exec is closed, as everything is that node, libuv and libzmq open. 0 to 2 stay as programs
 * expect them: libuv makes a terminal there close-on-exec and non-blocking. Returns by an error only.
 */
napi_value zmx_exec_program(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  char **argv = NULL, **variables = NULL;
  if (read_strings(&call, 0, &argv) && read_strings(&call, 1, &variables)) {
    for (int fd = 0; fd < 3; fd++) {
      fcntl(fd, F_SETFD, 0);
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    }
    if (argv[0]) execve(argv[0], argv, variables);
    throw_errno(env, argv[0] ? errno : EINVAL, "execve");
  }
  free(argv);
  free(variables);
  return NULL;
}

/* reapChild(pid) → [status, signal], one of them 0, once the child has ended; null while it lives. */
napi_value zmx_reap_child(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  int pid, status, reaped;
  if (!read_int(&call, 0, &pid)) return NULL;
  do reaped = waitpid(pid, &status, WNOHANG);
  while (reaped < 0 && errno == EINTR);
  if (reaped < 0) return throw_errno(env, errno, "waitpid");
  napi_value result;
  if (reaped == 0) {
    napi_get_null(env, &result);
    return result;
  }
  napi_create_array_with_length(env, 2, &result);
  napi_set_element(env, result, 0, make_int(env, WIFEXITED(status) ? WEXITSTATUS(status) : 0));
  napi_set_element(env, result, 1, make_int(env, WIFSIGNALED(status) ? WTERMSIG(status) : 0));
  return result;
}
