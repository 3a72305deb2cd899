/*
 * The functions of the C library that the shim calls, as system calls and no more, with a start of its own.
 *
 * The C library's own start asks the processor with dozens of CPUID instructions what it can, to choose among
 * its copies of memcpy and the like. In a virtual machine each of them goes through the hypervisor: together
 * they take 0.3 ms, three times as long as all else that a command's shim does. So, where the few lines
 * of assembler for it are here, the shim is linked with this file alone; elsewhere with the C library. It is the
 * same program either way: prototypes, structures and numbers are those of the C library's headers.
 *
 * There is one thread, no locale, no buffering, no malloc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* The kernel's signal masks, 64 bits; the C library's are longer and begin with these. */
#define KERNEL_MASK_BYTES 8
/* For x86-64, where a signal's handler returns through code of the program. */
#define SA_RESTORER 0x04000000

/* The program's start: its stack begins with argc. And syscall(2) without errno: number and six arguments. */
#if defined(__x86_64__)
#define HANDLER_FLAGS SA_RESTORER
__asm__(
  ".globl _start\n"
  "_start:\n"
  "  xor %ebp, %ebp\n"
  "  mov %rsp, %rdi\n"
  "  and $-16, %rsp\n"
  "  call bare_start\n"
  ".globl bare_syscall\n"
  "bare_syscall:\n"
  "  mov %rdi, %rax\n"
  "  mov %rsi, %rdi\n"
  "  mov %rdx, %rsi\n"
  "  mov %rcx, %rdx\n"
  "  mov %r8, %r10\n"
  "  mov %r9, %r8\n"
  "  mov 8(%rsp), %r9\n"
  "  syscall\n"
  "  ret\n"
  ".globl bare_return\n"
  "bare_return:\n"
  "  mov $15, %eax\n" /* rt_sigreturn */
  "  syscall\n");
#elif defined(__aarch64__)
#define HANDLER_FLAGS 0
__asm__(
  ".globl _start\n"
  "_start:\n"
  "  mov x29, #0\n"
  "  mov x30, #0\n"
  "  mov x0, sp\n"
  "  b bare_start\n"
  ".globl bare_syscall\n"
  "bare_syscall:\n"
  "  mov x8, x0\n"
  "  mov x0, x1\n"
  "  mov x1, x2\n"
  "  mov x2, x3\n"
  "  mov x3, x4\n"
  "  mov x4, x5\n"
  "  mov x5, x6\n"
  "  svc #0\n"
  "  ret\n"
  ".globl bare_return\n"
  "bare_return:\n"
  "  mov x8, #139\n" /* rt_sigreturn */
  "  svc #0\n");
#else
#error "link the shim with the C library on this processor, see binding.gyp"
#endif

long bare_syscall(long number, long a, long b, long c, long d, long e, long f);
void bare_return(void);
_Noreturn void bare_start(uintptr_t *stack);
int main(int argc, char **argv);

char **environ;
static const uintptr_t *auxiliary;
static int last_error;

int *__errno_location(void) {
  return &last_error;
}

_Noreturn void bare_start(uintptr_t *stack) {
  int argc = (int)stack[0];
  char **argv = (char **)(stack + 1), **end = environ = argv + argc + 1;
  while (*end) end++;
  auxiliary = (const uintptr_t *)(end + 1);
  _exit(main(argc, argv));
}

unsigned long getauxval(unsigned long type) {
  for (const uintptr_t *entry = auxiliary; entry[0] != AT_NULL; entry += 2)
    if (entry[0] == type) return entry[1];
  return 0;
}

long syscall(long number, ...) {
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) arguments[i] = va_arg(list, long);
  va_end(list);
  long result = bare_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  if (result >= 0 || result < -4095) return result;
  last_error = (int)-result;
  return -1;
}

_Noreturn void _exit(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

/* Files */

int open(const char *path, int flags, ...) {
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0); /* creates nothing: no mode */
}

int close(int fd) {
  return (int)syscall(SYS_close, fd);
}

ssize_t read(int fd, void *into, size_t length) {
  return syscall(SYS_read, fd, into, length);
}

ssize_t write(int fd, const void *from, size_t length) {
  return syscall(SYS_write, fd, from, length);
}

ssize_t pread(int fd, void *into, size_t length, off_t offset) {
  return syscall(SYS_pread64, fd, into, length, offset);
}

int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  long argument = va_arg(list, long);
  va_end(list);
  return (int)syscall(SYS_fcntl, fd, command, argument);
}

#ifdef __GLIBC__
int ioctl(int fd, unsigned long request, ...) {
#else
int ioctl(int fd, int request, ...) {
#endif
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  return (int)syscall(SYS_ioctl, fd, (unsigned)request, argument);
}

int poll(struct pollfd *fds, nfds_t count, int milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return (int)syscall(SYS_ppoll, fds, count, milliseconds < 0 ? NULL : &time, NULL, KERNEL_MASK_BYTES);
}

int pipe2(int fds[2], int flags) {
  return (int)syscall(SYS_pipe2, fds, flags);
}

#if defined(__GLIBC__) && __GLIBC_MINOR__ < 33 /* where fstat(2) is an inline function around this */
int __fxstat(int version, int fd, struct stat *into) {
  (void)version;
#else
int fstat(int fd, struct stat *into) {
#endif
  return (int)syscall(SYS_fstat, fd, into);
}

int memfd_create(const char *name, unsigned flags) {
  return (int)syscall(SYS_memfd_create, name, flags);
}

int socket(int domain, int type, int protocol) {
  return (int)syscall(SYS_socket, domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  return (int)syscall(SYS_connect, fd, address, length);
}

/* The kernel begins a folder outside of our root with "(unreachable)". */
char *getcwd(char *into, size_t length) {
  return syscall(SYS_getcwd, into, length) > 0 && into[0] == '/' ? into : NULL;
}

/* The process */

int execve(const char *path, char *const argv[], char *const env[]) {
  return (int)syscall(SYS_execve, path, argv, env);
}

mode_t umask(mode_t mask) {
  return (mode_t)syscall(SYS_umask, mask);
}

pid_t getpid(void) {
  return (pid_t)syscall(SYS_getpid);
}

pid_t getppid(void) {
  return (pid_t)syscall(SYS_getppid);
}

pid_t getpgid(pid_t process) {
  return (pid_t)syscall(SYS_getpgid, process);
}

pid_t getpgrp(void) {
  return getpgid(0);
}

pid_t getsid(pid_t process) {
  return (pid_t)syscall(SYS_getsid, process);
}

int prctl(int option, ...) {
  va_list list;
  va_start(list, option);
  long argument = va_arg(list, long);
  va_end(list);
  return (int)syscall(SYS_prctl, option, argument, 0, 0, 0);
}

/* Signals */

struct kernel_sigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

int sigaction(int number, const struct sigaction *new, struct sigaction *old) {
  struct kernel_sigaction to, from;
  if (new) {
    to.handler = new->sa_handler;
    to.flags = (unsigned)new->sa_flags | HANDLER_FLAGS;
    to.restorer = bare_return;
    memcpy(&to.mask, &new->sa_mask, sizeof to.mask);
  }
  int result = (int)syscall(SYS_rt_sigaction, number, new ? &to : NULL, &from, KERNEL_MASK_BYTES);
  if (old && result == 0) old->sa_handler = from.handler; /* nobody asks for more */
  return result;
}

int sigemptyset(sigset_t *set) {
  memset(set, 0, sizeof *set);
  return 0;
}

int sigaddset(sigset_t *set, int number) {
  uint64_t mask;
  memcpy(&mask, set, sizeof mask);
  mask |= (uint64_t)1 << (number - 1);
  memcpy(set, &mask, sizeof mask);
  return 0;
}

int sigprocmask(int how, const sigset_t *new, sigset_t *old) {
  return (int)syscall(SYS_rt_sigprocmask, how, new, old, KERNEL_MASK_BYTES);
}

int kill(pid_t process, int number) {
  return (int)syscall(SYS_kill, process, number);
}

/* Terminals. The C library's struct termios begins with the kernel's. */

int tcgetattr(int fd, struct termios *into) {
  return ioctl(fd, TCGETS, into);
}

int tcsetattr(int fd, int when, const struct termios *from) {
  return (int)syscall(SYS_ioctl, fd, TCSETS + when, from); /* TCSANOW, TCSADRAIN, TCSAFLUSH: 0, 1, 2 */
}

int isatty(int fd) {
  struct termios unused;
  return tcgetattr(fd, &unused) == 0;
}

pid_t tcgetpgrp(int fd) {
  int group;
  return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

void cfmakeraw(struct termios *terminal) {
  terminal->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
  terminal->c_oflag &= ~(tcflag_t)OPOST;
  terminal->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
  terminal->c_cflag = (terminal->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
  terminal->c_cc[VMIN] = 1;
  terminal->c_cc[VTIME] = 0;
}

/* Strings. The empty assembler keeps the compiler from taking a loop for what it is, and making a call of itself of it. */

void *memcpy(void *restrict into, const void *restrict from, size_t length) {
  char *to = into;
  const char *at = from;
  for (; length > 0; length--) {
    __asm__ volatile("");
    *to++ = *at++;
  }
  return into;
}

void *memset(void *into, int value, size_t length) {
  for (char *to = into; length > 0; length--) {
    __asm__ volatile("");
    *to++ = (char)value;
  }
  return into;
}

size_t strlen(const char *string) {
  const char *end = string;
  for (; *end; end++) __asm__ volatile("");
  return (size_t)(end - string);
}

int memcmp(const void *left, const void *right, size_t length) {
  const unsigned char *a = left, *b = right;
  for (; length > 0; length--, a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

char *strchr(const char *string, int wanted) {
  for (;; string++) {
    if (*string == (char)wanted) return (char *)string;
    if (!*string) return NULL;
  }
}

char *strrchr(const char *string, int wanted) {
  for (const char *at = string + strlen(string);; at--) {
    if (*at == (char)wanted) return (char *)at;
    if (at == string) return NULL;
  }
}

size_t strspn(const char *string, const char *accepted) {
  size_t length = 0;
  while (string[length] && strchr(accepted, string[length])) length++;
  return length;
}

size_t strcspn(const char *string, const char *refused) {
  size_t length = 0;
  while (string[length] && !strchr(refused, string[length])) length++;
  return length;
}
