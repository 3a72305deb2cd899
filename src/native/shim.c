/*
 * zmx's exec shim: stands in for a program (a shell, git, a project's own executable)
 * inside of a portal, asks the portal's broker where the program is to run, and is
 * either replaced by the local program or becomes the proxy of the remote one.
 *
 * C and without a library (bare-libc.c), because it runs once for every command of an agent:
 * a proxy in Node would cost 80 ms where this costs 0.2. It decides nothing itself; all rules are
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
 *     't' u32 bytes of output written, of 32 KiB or more at a time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "shim.h"

enum { PIECE = 32 * 1024, LINE_BYTES = 8 * 1024 };

/* How much output is written before the portal is told so: seldom, since that wakes it up, and much less than it lets us be behind. */
enum { REPORT_BYTES = 32 * 1024 };

/* In the background nobody tells when the terminal is ours again: how often to look, ms. */
enum { FOREGROUND_LOOK_MS = 200 };

#define OTHER_VERSION "the portal speaks another version; start it again"

/* The portal writes its socket's path over this in its own copy of the program: the
   environment is the agent's and may be scrubbed. */
static volatile char socket_path[128] = "ZMX-SHIM-SOCKET-PATH";

int broker = -1;
static struct termios saved_terminal;
static int terminal_is_raw;
/* Standard input is a terminal that a shell gives to its jobs by turns, and this is one of them. */
static int is_job;
static volatile sig_atomic_t pending[NSIG];
/* The handler writes here, so that a signal just before poll(2) still ends it. */
static int wake[2] = {-1, -1};
/* What passes through. */
static char buffer[PIECE];

static void restore_terminal(void) {
  if (terminal_is_raw) tcsetattr(0, TCSADRAIN, &saved_terminal);
  terminal_is_raw = 0;
}

void say(const char *piece, ...) {
  char line[LINE_BYTES];
  size_t length = 0;
  va_list pieces;
  va_start(pieces, piece);
  for (; piece; piece = va_arg(pieces, const char *))
    for (; *piece && length < sizeof line; piece++) line[length++] = *piece;
  va_end(pieces);
  (void)!write(2, line, length);
}

void fail(const char *message) {
  restore_terminal();
  say("zmx portal: ", message, "\n", NULL);
  _exit(UNKNOWN_STATUS);
}

static void forward_signals(void);
static void make_raw(void);
static void send_frame(char type, const void *data, uint32_t length);

void write_all(int fd, const void *bytes, size_t length) {
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

/* Waits with poll(2), since who waits in read(2) is woken up as well when the portal has read what we wrote. */
static void await_portal(void) {
  struct pollfd answer = {.fd = broker, .events = POLLIN};
  while (poll(&answer, 1, -1) < 0 && errno == EINTR) continue;
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
  struct sigaction ignored = {.sa_handler = SIG_IGN};
  sigaction(SIGPIPE, &ignored, NULL);
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

static void end_as(uint32_t status, uint32_t number) {
  restore_terminal();
  if (number > 0 && number < NSIG) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t set;
    prctl(PR_SET_DUMPABLE, 0); /* the core, if any, is on the remote */
    sigaction((int)number, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, (int)number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), (int)number);
  }
  _exit((int)status);
}

static void pass_output(int fd, uint32_t length) {
  while (length > 0) {
    uint32_t piece = length < PIECE ? length : PIECE;
    read_all(buffer, piece);
    write_all(fd, buffer, piece);
    length -= piece;
  }
}

static void relay(void) {
  uint32_t credit = 0, unreported = 0;
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
      pass_output(head[0] == 'o' ? 1 : 2, length);
      unreported += length;
      if (unreported < REPORT_BYTES) continue;
      send_frame('t', &unreported, sizeof unreported);
      unreported = 0;
    } else if (head[0] == 'z' && length == 0) {
      restore_terminal();
      kill(0, SIGTSTP); /* the whole job, as the terminal would have done it */
      forward_signals();
    } else if (length <= sizeof values) {
      read_all(values, length);
      if (head[0] == 'c') credit += values[0];
      else if (head[0] == 'x') end_as(values[0], values[1]);
    } else {
      fail(OTHER_VERSION);
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
  is_job = send_request(argc, argv);

  char head[5];
  uint32_t length;
  await_portal();
  read_all(head, sizeof head);
  memcpy(&length, head + 1, 4);
  if (head[0] == 'L' && length < PIECE) {
    read_all(buffer, length); /* the buffer's end is a NUL still */
    run_program(buffer, argv);
  }
  /* The kernel has put the shim's and the file's path first: `#!SHIM`. */
  if (head[0] == 'P' && argc > 1) run_here(argv[1], argc - 2, argv + 2);
  if (head[0] == 'E' && length >= 4) {
    uint32_t status;
    read_all(&status, sizeof status);
    pass_output(2, length - 4);
    _exit((int)status);
  }
  if (head[0] != 'R') fail(OTHER_VERSION);

  /* The proxy keeps nothing of the agent's but its standard streams. */
  if (broker > 3) syscall(SYS_close_range, 3u, (unsigned)broker - 1, 0u);
  syscall(SYS_close_range, (unsigned)broker + 1, ~0u, 0u);
  catch_signals();
  make_raw();
  relay();
}
