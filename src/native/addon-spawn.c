/*
 * Starts a child without copying this process.
 *
 * fork(2), which libuv's spawn uses, copies the page tables of a process as large as node:
 * 4 ms for each command of an agent. A child of clone(2) with CLONE_VM and CLONE_VFORK
 * borrows our memory until its exec instead, as posix_spawn(3)'s does, which cannot start
 * a session on every libc. It makes system calls only, on a stack of its own, with every
 * signal blocked: a handler of ours must not run in it.
 */
#include "addon.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#define STACK_BYTES (64 * 1024)

/* What the child is to become, and why it could not. */
typedef struct {
  char **argv;
  char **env;
  int stdio[3];
  int error;
} child_t;

/* In the child. Node keeps 0 to 2 open (to /dev/null at least), so that none of `stdio` is among them. */
static int become(void *data) {
  child_t *child = data;
  setsid();
  for (int fd = 0; fd < 3; fd++)
    if (dup2(child->stdio[fd], fd) < 0) {
      child->error = errno;
      _exit(EXIT_FAILURE);
    }
  execve(child->argv[0], child->argv, child->env);
  child->error = errno;
  _exit(EXIT_FAILURE);
}

/* Its pid, or a negative errno. The pidfd is close-on-exec. */
static int start(child_t *child, int *pidfd) {
  char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int pid = clone(become, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, child, pidfd);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, STACK_BYTES);
  if (pid < 0) return -error;
  if (child->error == 0) return pid;
  waitpid(pid, NULL, 0);
  close(*pidfd);
  return -child->error;
}

/* NUL-ended strings, one after another, as an array of them that ends with NULL; NULL without memory. */
static char **strings_of(uint8_t *data, size_t length) {
  size_t count = 0;
  for (size_t at = 0; at < length; at++) count += data[at] == 0;
  char **strings = calloc(count + 1, sizeof *strings);
  if (!strings) return NULL;
  char *at = (char *)data;
  for (size_t i = 0; i < count; i++, at += strlen(at) + 1) strings[i] = at;
  return strings;
}

/*
 * spawnChild(argv, env, stdin, stdout, stderr) → [pid, pidfd]: argv[0], a path, in a session of its own.
 * argv and env are strings each ended by a NUL. The child begins with every signal blocked, and inherits what is not
 * close-on-exec: run-child puts both right.
 */
napi_value zmx_spawn_child(napi_env env, napi_callback_info info) {
  call_t call = read_call(env, info);
  uint8_t *argv, *environment;
  size_t argv_length, environment_length;
  child_t child = {0};
  int pidfd = -1;
  if (!read_bytes(&call, 0, &argv, &argv_length) || !read_bytes(&call, 1, &environment, &environment_length)) return NULL;
  for (int fd = 0; fd < 3; fd++)
    if (!read_int(&call, 2 + (size_t)fd, &child.stdio[fd])) return NULL;
  if (argv_length == 0 || argv[argv_length - 1] != 0 || (environment_length > 0 && environment[environment_length - 1] != 0))
    return throw_type(env, "expected strings that are each ended by a NUL");
  child.argv = strings_of(argv, argv_length);
  child.env = strings_of(environment, environment_length);
  int pid = child.argv && child.env ? start(&child, &pidfd) : -ENOMEM;
  free(child.argv);
  free(child.env);
  if (pid < 0) return throw_errno(env, pid, "spawn");
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, make_int(env, pid));
  napi_set_element(env, pair, 1, make_int(env, pidfd));
  return pair;
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
