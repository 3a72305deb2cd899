/*
 * job-leader NAME FILE ARG0 [ARG...]: runs FILE as a job on this terminal, as an interactive shell would.
 *
 * A command that leads its session cannot be stopped from its terminal: its process group is orphaned, and
 * SIGTSTP has no effect on one (POSIX, 11.1.4). Where the command is a job of a shell on another host, this
 * program is the shell that is missing here. That a job has stopped goes out in the terminal's output, behind
 * all that it has printed, as `ESC _ zmx-stopped NAME ESC \`: so it is as reliable as that output. NAME is random,
 * so that no output can pretend it.
 *
 * All signals are for the job. SIGTSTP from outside comes from somebody who knows that it stops, and stops
 * it for good, without a word.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND 127

static _Noreturn void become(char **argv, pid_t leader) {
  sigset_t none;
  /* Whoever kills this session's leader means the command. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != leader) _exit(EXIT_CANNOT_RUN);
  setpgid(0, 0);
  tcsetpgrp(STDIN_FILENO, getpid());
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(argv[2], argv + 3);
  int error = errno;
  fprintf(stderr, "zmx: cannot run %s: %s\n", argv[2], strerror(error));
  _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

static _Noreturn void end_as(int status) {
  if (WIFSIGNALED(status)) {
    struct rlimit none = {0, 0};
    sigset_t all;
    setrlimit(RLIMIT_CORE, &none); /* the core, if any, is the job's */
    kill(getpid(), WTERMSIG(status));
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_CANNOT_RUN);
}

static void tell_stopped(const char *name) {
  char text[128];
  int length = snprintf(text, sizeof text, "\033_zmx-stopped %s\033\\", name);
  for (int done = 0; done < length;) {
    ssize_t n = write(STDOUT_FILENO, text + done, (size_t)(length - done));
    if (n < 0) return;
    done += (int)n;
  }
}

int main(int argc, char **argv) {
  sigset_t all;
  if (argc < 4 || strlen(argv[1]) > 64) {
    fprintf(stderr, "usage: job-leader NAME FILE ARG0 [ARG...]\n");
    return EXIT_CANNOT_RUN;
  }
  /* Blocked for good, and taken one by one: nothing stops or ends this process but the job's end. */
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  pid_t leader = getpid();
  pid_t job = fork();
  if (job < 0) {
    fprintf(stderr, "zmx: cannot run %s: %s\n", argv[2], strerror(errno));
    return EXIT_CANNOT_RUN;
  }
  if (job == 0) become(argv, leader);
  setpgid(job, job);
  for (;;) {
    int status, number = sigwaitinfo(&all, NULL);
    if (number == SIGTSTP) kill(-job, SIGSTOP);
    else if (number > 0 && number != SIGCHLD) kill(-job, number);
    while (waitpid(job, &status, WNOHANG | WUNTRACED) > 0) {
      if (!WIFSTOPPED(status)) end_as(status);
      if (WSTOPSIG(status) != SIGSTOP) tell_stopped(argv[1]);
    }
  }
}
