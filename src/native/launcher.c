/*
 * launcher: starts a program in a mount namespace of its own, in which the portal's
 * project is mounted at its path.
 *
 *   launcher SOCKET-FD [--escaped] [--source NAME] [--keeper SOCKET-FD] --at PATH... [--cwd DIR] [--bind SOURCE TARGET]... -- PROGRAM [ARG]...
 *
 * --escaped: what follows, and the environment, is escaped, see escaped.h.
 * The keeper stays behind to make files of this machine read-only, see launcher-keeper.c.
 * NAME is the source of the mounts in /proc/PID/mountinfo, by which the portal's processes are known.
 *
 * Without root it makes a user namespace with only the user in it, which is enough
 * to mount FUSE (Linux 4.18). For each PATH it sends the descriptor of /dev/fuse and a clone of it
 * over the socket; waits for one byte, "go", by when the portal serves the project; binds; and becomes
 * the program, as the same user and without capabilities. What it made for the mounts
 * is its starter's to remove, also where it fails. An error is one sentence over the socket instead of the descriptor.
 *
 * In C, since node cannot unshare a namespace: only a process with one thread may.
 */
#include "launcher.h"
#include "escaped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/fuse.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

#define FAILED 125
#define NOT_STARTED 127

/* The project, its scratch folder, and what --also adds. */
#define MAX_MOUNTS 32

static int portal = -1;
/* Of the mounts. */
static const char *source = "zmx";

static const char *mounts[MAX_MOUNTS];
static int mount_count;

void fail(const char *format, ...) {
  char text[2 * PATH_MAX];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (portal < 0 || send(portal, text, strlen(text), MSG_NOSIGNAL) < 0) fprintf(stderr, "zmx: %s\n", text);
  exit(FAILED);
}

static long read_number(const char *path) {
  char text[32] = "";
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  return length > 0 ? atol(text) : -1;
}

/* Why a user namespace cannot be made or used, and what to change. */
static _Noreturn void fail_namespace(const char *what, int error) {
  if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
    fail("user namespaces are switched off for users; run: sudo sysctl -w kernel.unprivileged_userns_clone=1");
  if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
    fail("AppArmor refuses user namespaces to programs without a profile; run: "
         "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  if (read_number("/proc/sys/user/max_user_namespaces") == 0)
    fail("no user namespaces are allowed here; run: sudo sysctl -w user.max_user_namespaces=15000");
  fail("%s is refused (%s), probably by the container that this runs in; start the container with "
       "--security-opt seccomp=unconfined --security-opt apparmor=unconfined, or use zmx mount for files alone",
       what, strerror(error));
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail_namespace("a user namespace", errno);
  close(fd);
}

/* A mount namespace; where it takes one, within a user namespace that maps only this user. */
static bool enter_namespaces(void) {
  uid_t uid = geteuid();
  gid_t gid = getegid();
  char map[64];
  bool unprivileged = unshare(CLONE_NEWNS) < 0;
  if (unprivileged) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) fail_namespace("a user namespace", errno);
    /* user_namespaces(7): gid_map may be written only once setgroups(2) is given up. */
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    write_file("/proc/self/gid_map", map);
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail_namespace("mounting", errno);
  return unprivileged;
}

static int open_device(void) {
  struct stat info;
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (device < 0) {
    if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
      fail("/dev/fuse is missing; load the kernel module: sudo modprobe fuse");
    if (errno == EACCES && stat("/dev/fuse", &info) == 0)
      fail("/dev/fuse may not be opened by you (mode %o); run: sudo chmod 666 /dev/fuse, and for every boot: "
           "echo 'KERNEL==\"fuse\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/99-fuse.rules",
           info.st_mode & 0777);
    fail("/dev/fuse cannot be opened: %s", strerror(errno));
  }
  return device;
}

static int mount_project(const char *path) {
  int device = open_device();
  char options[128];
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=%u", device, geteuid(), getegid());
  if (mount(source, path, "fuse.zmx", MS_NOSUID | MS_NODEV, options) < 0) {
    if (errno == EPERM || errno == EACCES) fail_namespace("mounting FUSE", errno);
    fail("the project cannot be mounted at %s: %s", path, strerror(errno));
  }
  return device;
}

/* For the notifier, which must not keep the mount's own descriptor open; see notifier.c. */
static int clone_device(int device) {
  int clone = open_device();
  uint32_t source = (uint32_t)device;
  if (ioctl(clone, FUSE_DEV_IOC_CLONE, &source) < 0) fail("/dev/fuse cannot be cloned: %s", strerror(errno));
  return clone;
}

static void send_devices(const int devices[2]) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(2 * sizeof(int))];
  } control = {0};
  struct iovec data = {"-", 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(2 * sizeof(int));
  memcpy(CMSG_DATA(header), devices, 2 * sizeof(int));
  if (sendmsg(portal, &message, MSG_NOSIGNAL) < 0) exit(FAILED);
}

/* The portal is ready; a closed socket says that it is gone. */
static void wait_for_go(void) {
  char byte;
  ssize_t got;
  do got = read(portal, &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) exit(FAILED);
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (syscall(SYS_capset, &header, none) < 0) fail("capabilities cannot be given up: %s", strerror(errno));
}

static const char *argument(char **argv, int *i) {
  if (!argv[*i + 1]) fail("launcher: %s needs a value", argv[*i]);
  return argv[++*i];
}

int main(int argc, char **argv) {
  const char *cwd = NULL;
  int keeper = -1;
  int first_bind = 0, program = 0;
  if (argc < 2) fail("launcher: this program is started by zmx portal");
  portal = atoi(argv[1]);
  fcntl(portal, F_SETFD, FD_CLOEXEC);
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) {
      program = i + 1;
      break;
    }
    if (strcmp(argv[i], "--escaped") == 0) {
      unescape_all(argv + i + 1);
      unescape_all(environ);
    } else if (strcmp(argv[i], "--at") == 0) {
      if (mount_count == MAX_MOUNTS) fail("more than %d folders cannot be shown", MAX_MOUNTS);
      mounts[mount_count] = argument(argv, &i);
      if (*mounts[mount_count++] != '/') fail("launcher: --at takes an absolute path");
    } else if (strcmp(argv[i], "--cwd") == 0) cwd = argument(argv, &i);
    else if (strcmp(argv[i], "--source") == 0) source = argument(argv, &i);
    else if (strcmp(argv[i], "--keeper") == 0) keeper = atoi(argument(argv, &i));
    else if (strcmp(argv[i], "--bind") == 0) {
      if (!first_bind) first_bind = i;
      argument(argv, &i);
      argument(argv, &i);
    } else fail("launcher: unknown option %s", argv[i]);
  }
  if (mount_count == 0 || !program || !argv[program]) fail("launcher: --at PATH and -- PROGRAM are needed");

  char pin[NAME_MAX + 1];
  snprintf(pin, sizeof pin, ".%s", source);
  bool unprivileged = enter_namespaces();
  /* All of them before the first mount: from then on a look at it waits for the portal. */
  for (int i = 0; i < mount_count; i++) make_mount_point(mounts[i], pin);
  for (int i = 0; i < mount_count; i++) {
    int device = mount_project(mounts[i]);
    int devices[2] = {device, clone_device(device)};
    send_devices(devices);
    close(devices[0]);
    close(devices[1]);
  }
  wait_for_go();

  /* Until it is asked for, the root of a mount belongs to uid 0 for the kernel, and nothing can be made in it. */
  struct stat root;
  for (int i = 0; i < mount_count; i++)
    if (stat(mounts[i], &root) < 0) fail("%s cannot be shown: %s", mounts[i], strerror(errno));
  for (int i = first_bind; i && i < program - 1; i++) {
    if (strcmp(argv[i], "--bind") == 0) {
      const char *from = argv[++i], *target = argv[++i];
      if (mount(from, target, NULL, MS_BIND | MS_REC, NULL) < 0)
        fail("%s cannot be put over %s: %s", from, target, strerror(errno));
    } else i++;
  }
  if (keeper >= 0) start_keeper(keeper);
  if (cwd && chdir(cwd) < 0) fail("%s cannot be entered: %s", cwd, strerror(errno));
  if (unprivileged) drop_capabilities();
  execvp(argv[program], &argv[program]);
  if (errno == ENOENT)
    fail("%s was not found on this machine, where the program of a portal runs; install it here, or name its path",
         argv[program]);
  fail("%s cannot be started: %s", argv[program], strerror(errno));
  return NOT_STARTED;
}
