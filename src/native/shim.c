/*
 * zmx's exec shim: stands in for a program (a shell, git, a project's own executable)
 * inside of a portal, asks the portal's broker where the program is to run, and is
 * either replaced by the local program or becomes the proxy of the remote one.
 *
 * C and static, because it runs once for every command of an agent: a proxy in Node
 * would cost 80 ms where this costs under 1. It decides nothing itself; all rules are
 * in the broker (src/portal/exec).
 *
 * Wire (unix stream socket, native byte order, same machine):
 *   to the broker, once: u32 length, then NUL-ended strings: umask (octal), tty flags
 *     (bits: stdin 1, stdout 2, stderr 4; stdin is /dev/null 8; a job that a shell can continue 16), rows, cols, cwd, file executed, argc,
 *     argv..., environment...
 *   afterwards frames both ways: u8 type, u32 length, data.
 *   from the broker: 'L' run this path here; 'P' run the project's file that was executed here; 'E' u32 status, message: end so;
 *     'R' remote; then 'o' and 'e' output, 'z' the command has stopped as from its terminal, 'c' u32 credit for stdin in bytes,
 *     'x' u32 status, u32 signal: end so.
 *   to the broker: 'i' stdin (empty = end), 's' u32 signal, 'w' u32 rows, u32 cols,
 *     't' u32 bytes of output written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "shim.h"

enum { PIECE = 32 * 1024 };

/* In the background nobody tells when the terminal is ours again: how often to look, ms. */
enum { FOREGROUND_LOOK_MS = 200 };

/* The portal writes its socket's path over this in its own copy of the program: the
   environment is the agent's and may be scrubbed. */
static volatile char socket_path[128] = "ZMX-SHIM-SOCKET-PATH";

extern char **environ;

static int broker = -1;
static struct termios saved_terminal;
static int terminal_is_raw;
/* Standard input is a terminal that a shell gives to its jobs by turns, and this is one of them. */
static int is_job;
static volatile sig_atomic_t pending[NSIG];
/* The handler writes here, so that a signal just before poll(2) still ends it. */
static int wake[2] = {-1, -1};

static void restore_terminal(void) {
  if (terminal_is_raw) tcsetattr(0, TCSADRAIN, &saved_terminal);
  terminal_is_raw = 0;
}

static void fail(const char *message) {
  restore_terminal();
  dprintf(2, "zmx portal: %s\n", message);
  _exit(UNKNOWN_STATUS);
}

static void forward_signals(void);
static void make_raw(void);
static void send_frame(char type, const void *data, uint32_t length);

static void write_all(int fd, const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    ssize_t n = write(fd, at, length);
    if (n > 0) {
      at += n;
      length -= (size_t)n;
    } else if (n < 0 && errno == EAGAIN) {
      struct pollfd ready = {.fd = fd, .events = POLLOUT};
      poll(&ready, 1, -1);
    } else if (n < 0 && errno == EINTR) {
      if (fd != broker && wake[0] >= 0) forward_signals(); /* a slow reader must not hold up a kill */
    } else if (n < 0) {
      if (fd == broker) fail("the portal has ended; what became of this command is unknown");
      if (errno == EPIPE) { /* the command learns it as it would here */
        uint32_t number = SIGPIPE;
        send_frame('s', &number, sizeof number);
      }
      return;
    }
  }
}

static void send_frame(char type, const void *data, uint32_t length) {
  char small[64] = {type};
  memcpy(small + 1, &length, 4);
  if (length <= sizeof small - 5) {
    if (length > 0) memcpy(small + 5, data, length);
    write_all(broker, small, 5 + length);
    return;
  }
  write_all(broker, small, 5);
  write_all(broker, data, length);
}

static void read_all(void *into, size_t length) {
  char *at = into;
  while (length > 0) {
    ssize_t n = read(broker, at, length);
    if (n > 0) {
      at += n;
      length -= (size_t)n;
    } else if (n == 0 || errno != EINTR) {
      fail("the portal has ended; what became of this command is unknown");
    }
  }
}

static void on_signal(int number) {
  int saved = errno;
  pending[number] = 1;
  (void)!write(wake[1], "", 1);
  errno = saved;
}

/* Signals that the agent sends to its command; one that it had ignored for us stays ignored. */
static void catch_signals(void) {
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) fail("no descriptors left");
  static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH};
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
    struct sigaction old, action = {.sa_handler = on_signal};
    sigaction(forwarded[i], NULL, &old);
    if (old.sa_handler != SIG_IGN) sigaction(forwarded[i], &action, NULL);
  }
  signal(SIGPIPE, SIG_IGN);
}

static void send_window_size(void) {
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) != 0) return;
  uint32_t cells[2] = {size.ws_row, size.ws_col};
  send_frame('w', cells, sizeof cells);
}

/* Without a job-leader there, SIGTSTP has no effect: a session of its own has nobody who would continue it. */
static void stop(void) {
  uint32_t number = is_job ? SIGTSTP : SIGSTOP;
  int was_raw = terminal_is_raw;
  send_frame('s', &number, sizeof number);
  restore_terminal();
  kill(getpid(), SIGSTOP);
  if (was_raw) make_raw();
  if (terminal_is_raw) send_window_size();
}

static void forward_signals(void) {
  char drained[64];
  while (read(wake[0], drained, sizeof drained) > 0) {
  }
  for (int number = 1; number < NSIG; number++) {
    if (!pending[number]) continue;
    pending[number] = 0;
    if (number == SIGWINCH) send_window_size();
    else if (number == SIGTSTP) stop();
    else {
      uint32_t value = (uint32_t)number;
      send_frame('s', &value, sizeof value);
    }
  }
}

static void make_raw(void) {
  if (!isatty(0) || !isatty(1) || tcgetpgrp(0) != getpgrp()) return;
  if (tcgetattr(0, &saved_terminal) != 0) return;
  struct termios raw = saved_terminal;
  cfmakeraw(&raw);
  if (tcsetattr(0, TCSADRAIN, &raw) == 0) terminal_is_raw = 1;
}

static int has_terminal(void) {
  return tcgetpgrp(0) == getpgrp();
}

/* Whether the leader of our process group was started by a shell that gives each of its jobs a group of its own. */
static int under_job_control(void) {
  struct sigaction action;
  if (sigaction(SIGTSTP, NULL, &action) == 0 && action.sa_handler == SIG_IGN) return 0;
  pid_t leader = getpgrp(), parent = getppid();
  if (leader != getpid()) {
    char path[64], text[512], *after;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)leader);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return 0;
    text[length] = 0;
    if (!(after = strrchr(text, ')')) || sscanf(after, ") %*c %d", &parent) != 1) return 0;
  }
  pid_t group = getpgid(parent);
  return group > 0 && group != leader && getsid(parent) == getsid(0);
}

static void end_as(uint32_t status, uint32_t number) {
  restore_terminal();
  if (number > 0 && number < NSIG) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* the core, if any, is on the remote */
    signal((int)number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, (int)number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), (int)number);
  }
  _exit((int)status);
}

static char *append(char *at, const char *string) {
  size_t length = strlen(string) + 1;
  memcpy(at, string, length);
  return at + length;
}

/* Programs tell /dev/null from a pipe that has ended: ripgrep searches the folder with one, and stdin with the other. */
static int has_no_input(void) {
  struct stat status;
  return fstat(0, &status) != 0 || (S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3));
}

static void send_request(int argc, char **argv) {
  char cwd[8192], numbers[64];
  if (!getcwd(cwd, sizeof cwd)) strcpy(cwd, "/");
  const char *file = (const char *)getauxval(AT_EXECFN);
  if (!file) file = argc > 0 ? argv[0] : "";
  mode_t mask = umask(0);
  umask(mask);
  struct winsize size = {.ws_row = 24, .ws_col = 80};
  is_job = isatty(0) && isatty(1) && under_job_control();
  int terminals = (isatty(0) ? 1 : 0) | (isatty(1) ? 2 : 0) | (isatty(2) ? 4 : 0) | (has_no_input() ? 8 : 0) |
                  (is_job ? 16 : 0);
  if (terminals & 1) ioctl(0, TIOCGWINSZ, &size);

  uint32_t length;
  size_t room = sizeof length + sizeof cwd + sizeof numbers * 5 + strlen(file) + 1;
  for (int i = 0; i < argc; i++) room += strlen(argv[i]) + 1;
  for (char **entry = environ; *entry; entry++) room += strlen(*entry) + 1;
  char *request = malloc(room);
  if (!request) fail("out of memory");
  char *at = request + sizeof length;
  snprintf(numbers, sizeof numbers, "%o", (unsigned)mask);
  at = append(at, numbers);
  snprintf(numbers, sizeof numbers, "%d", terminals);
  at = append(at, numbers);
  snprintf(numbers, sizeof numbers, "%u", size.ws_row);
  at = append(at, numbers);
  snprintf(numbers, sizeof numbers, "%u", size.ws_col);
  at = append(at, numbers);
  at = append(at, cwd);
  at = append(at, file);
  snprintf(numbers, sizeof numbers, "%d", argc);
  at = append(at, numbers);
  for (int i = 0; i < argc; i++) at = append(at, argv[i]);
  for (char **entry = environ; *entry; entry++) at = append(at, *entry);
  length = (uint32_t)(at - request - sizeof length);
  memcpy(request, &length, sizeof length);
  write_all(broker, request, sizeof length + length); /* at once: the portal wakes up once */
  free(request);
}

static void relay(void) {
  static char buffer[PIECE];
  uint32_t credit = 0;
  int input_open = 1;
  for (;;) {
    /* In the background, input is the shell's: reading it would stop us. */
    int in_background = is_job && !has_terminal();
    if (is_job && !in_background && !terminal_is_raw) {
      make_raw();
      send_window_size();
    }
    struct pollfd fds[3] = {
      {.fd = broker, .events = POLLIN},
      {.fd = input_open && credit > 0 && !in_background ? 0 : -1, .events = POLLIN},
      {.fd = wake[0], .events = POLLIN},
    };
    if (poll(fds, 3, in_background ? FOREGROUND_LOOK_MS : -1) < 0) continue;
    if (fds[2].revents) forward_signals();
    if (fds[1].revents) {
      ssize_t n = read(0, buffer, credit < PIECE ? credit : PIECE);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) {
        input_open = 0;
        n = 0;
      }
      credit -= (uint32_t)n;
      send_frame('i', buffer, (uint32_t)n);
    }
    if (!fds[0].revents) continue;
    char head[5];
    read_all(head, sizeof head);
    uint32_t length, values[2] = {0, 0};
    memcpy(&length, head + 1, 4);
    if (head[0] == 'o' || head[0] == 'e') {
      uint32_t left = length;
      while (left > 0) {
        uint32_t piece = left < PIECE ? left : PIECE;
        read_all(buffer, piece);
        write_all(head[0] == 'o' ? 1 : 2, buffer, piece);
        left -= piece;
      }
      send_frame('t', &length, sizeof length);
    } else if (head[0] == 'z' && length == 0) {
      restore_terminal();
      kill(0, SIGTSTP); /* the whole job, as the terminal would have done it */
      forward_signals();
    } else if (length <= sizeof values) {
      read_all(values, length);
      if (head[0] == 'c') credit += values[0];
      else if (head[0] == 'x') end_as(values[0], values[1]);
    } else {
      fail("the portal speaks another version; start it again");
    }
  }
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  for (size_t i = 0; i + 1 < sizeof address.sun_path && socket_path[i]; i++) address.sun_path[i] = socket_path[i];
  broker = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (broker < 0 || connect(broker, (struct sockaddr *)&address, sizeof address) != 0)
    fail("the portal that this program belongs to is not running");
  /* Out of the way of the descriptors that a script names itself. */
  int high = fcntl(broker, F_DUPFD_CLOEXEC, 200);
  if (high >= 0) {
    close(broker);
    broker = high;
  }
  send_request(argc, argv);

  char head[5];
  uint32_t length;
  read_all(head, sizeof head);
  memcpy(&length, head + 1, 4);
  char *data = malloc((size_t)length + 1);
  if (!data) fail("out of memory");
  read_all(data, length);
  data[length] = 0;
  if (head[0] == 'L') {
    execve(data, argv, environ);
    dprintf(2, "%s: %s\n", data, strerror(errno));
    _exit(errno == ENOENT ? NOT_FOUND_STATUS : NOT_FOUND_STATUS - 1);
  }
  /* The kernel has put the shim's and the file's path first: `#!SHIM`. */
  if (head[0] == 'P' && argc > 1) run_here(argv[1], argc - 2, argv + 2);
  if (head[0] == 'E' && length >= 4) {
    uint32_t status;
    memcpy(&status, data, 4);
    write_all(2, data + 4, length - 4);
    _exit((int)status);
  }
  if (head[0] != 'R') fail("the portal speaks another version; start it again");
  free(data);

  /* The proxy keeps nothing of the agent's but its standard streams. */
  if (broker > 3) syscall(SYS_close_range, 3u, (unsigned)broker - 1, 0u);
  syscall(SYS_close_range, (unsigned)broker + 1, ~0u, 0u);
  catch_signals();
  make_raw();
  relay();
}
