/*
 * Starts a child without copying this process, and without waiting for its exec.
 *
 * fork(2), which libuv's spawn uses, copies the page tables of a process as large as node:
 * up to 4 ms for each command of an agent. A child of clone(2) with CLONE_VM and CLONE_VFORK
 * borrows our memory until its exec instead, as posix_spawn(3)'s does, which can neither enter
 * a folder nor begin a session on every libc. It makes system calls only, on a stack of its
 * own, with every signal blocked: a handler of ours must not run in it.
 *
 * The kernel holds up the thread that calls clone until the exec, which may take for ever where
 * the folder or the program is on a file system that does not answer. So that is a thread of
 * its own, and ours goes on as soon as the child exists.
 */
#include "addon.h"
#include "clean-process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <uv.h>

#ifndef CLONE_PIDFD /* C libraries before 2020 */
#define CLONE_PIDFD 0x1000
#endif

#define CHILD_STACK_BYTES (32 * 1024)
#define THREAD_STACK_BYTES (64 * 1024)
#define SHELL "/bin/sh"

/* One start. Both threads have it; who lets go of it last frees it. */
typedef struct {
  atomic_int holders;
  /* Posted once `pid` is known: a pid, or a negative errno. */
  sem_t exists;
  int pid, pidfd;
  int stdio[3];
  int umask;
  /* Folder, file, argv. */
  char **words;
  char **env;
  _Alignas(16) char stack[CHILD_STACK_BYTES];
} start_t;

static void let_go(start_t *start) {
  if (atomic_fetch_sub(&start->holders, 1) > 1) return;
  sem_destroy(&start->exists);
  free(start->words);
  free(start->env);
  free(start);
}

/* In the child: a line on its stderr. */
static _Noreturn void give_up(const char *what, const char *path, int error, int status) {
  const char *parts[] = {"zmx: cannot ", what, path, ": ", strerror(error), "\n"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) (void)!write(STDERR_FILENO, parts[i], strlen(parts[i]));
  _exit(status);
}

/* In the child. Node keeps 0 to 2 open (to /dev/null at least), so that none of `stdio` is among them. */
static int become(void *data) {
  start_t *start = data;
  setsid();
  start->pid = getpid();
  sem_post(&start->exists);
  for (int fd = 0; fd < 3; fd++)
    if (dup2(start->stdio[fd], fd) < 0) _exit(EXIT_CANNOT_RUN);
  close_inherited();
  default_signals();
  if (start->umask >= 0) umask((mode_t)start->umask);
  char *folder = start->words[0], *file = start->words[1], **argv = start->words + 2;
  if (chdir(folder) < 0) give_up("start in ", folder, errno, EXIT_CANNOT_RUN);
  execve(file, argv, start->env);
  if (errno == ENOEXEC) { /* a script without #!, as execvp(3) has it */
    argv[-1] = SHELL;
    argv[0] = file;
    execve(SHELL, argv - 1, start->env);
  }
  give_up("run ", file, errno, errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* The thread: it has begun with every signal blocked, which its child inherits. */
static void *run(void *data) {
  start_t *start = data;
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  if (clone(become, start->stack + CHILD_STACK_BYTES, flags, start, &start->pidfd) < 0) {
    start->pid = -errno;
    sem_post(&start->exists);
  }
  let_go(start);
  return NULL;
}

/* Starts the thread; 0 or an errno. */
static int begin(start_t *start) {
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, before;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&thread, &attributes, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return error;
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
 * spawnChild(words, env, umask, stdin, stdout, stderr) → [pid, pidfd]. Words: folder, file, then argv.
 * A negative umask keeps ours. The pidfd is close-on-exec.
 */
napi_value zmx_spawn_child(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  start_t *start = calloc(1, sizeof *start);
  if (!start) return throw_errno(env, ENOMEM, "malloc");
  atomic_init(&start->holders, 1);
  sem_init(&start->exists, 0, 0);
  bool read = read_strings(&call, 0, &start->words) && read_strings(&call, 1, &start->env) &&
              read_int(&call, 2, &start->umask);
  for (size_t fd = 0; read && fd < 3; fd++) read = read_int(&call, 3 + fd, &start->stdio[fd]);
  if (read && !(start->words[0] && start->words[1] && start->words[2])) {
    throw_type(env, "expected a folder, a file and its name");
    read = false;
  }
  if (!read) {
    let_go(start);
    return NULL;
  }
  atomic_store(&start->holders, 2);
  int error = begin(start);
  if (error) let_go(start);
  else while (sem_wait(&start->exists) < 0) continue;
  int pid = error ? -error : start->pid, pidfd = start->pidfd;
  let_go(start);
  if (pid < 0) return throw_errno(env, pid, "spawn");
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
