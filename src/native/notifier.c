/*
 * notifier: tells the kernel what a FUSE mount's caches have to forget.
 *
 *   notifier <NOTIFICATIONS 3<>/dev/fuse
 *
 * Standard input: notifications as the kernel takes them (struct fuse_out_header first, whose `len` is
 * the whole length). A header alone asks for an answer: its `unique`, 8 bytes, on standard output
 * once everything before it has taken effect.
 *
 * A process of its own, with a clone of the device (FUSE_DEV_IOC_CLONE), since a notification may
 * block until a request is answered. Were the portal killed then, a thread in this state would keep
 * all its descriptors open, the request would never end, and both would be stuck for ever; so, the
 * portal's own descriptor closes with it, which ends the request. A program may ask again, of which
 * only the clone is left to hear: a thread refuses that, so that this process ends and with it the mount.
 */
#include <errno.h>
#include <linux/fuse.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define DEVICE 3
/* The longest notification: an entry with a name of 255 bytes. */
#define MAX_LENGTH 4096
/* The longest request: the kernel gives none to whom has no room for a WRITE of 1 MiB (abi.ts). */
#define MAX_REQUEST ((1 << 20) + 4096)

static bool read_all(void *to, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t got = read(STDIN_FILENO, (char *)to + done, length - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += (size_t)got;
  }
  return true;
}

/* What the terminal sends to the program's process group, and with it to us, is not meant for us. */
static void ignore_keys(void) {
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  signal(SIGTSTP, SIG_IGN);
}

/* Waits for the portal's end, then answers every request that it has left. */
static void *refuse_requests(void *unused) {
  static char request[MAX_REQUEST];
  struct pollfd portal = {.fd = STDIN_FILENO}, device = {.fd = DEVICE, .events = POLLIN};
  while (poll(&portal, 1, -1) < 0 && errno == EINTR) continue;
  for (;;) {
    if (poll(&device, 1, -1) < 0 && errno != EINTR) return unused;
    ssize_t got = read(DEVICE, request, sizeof request);
    if (got < 0 && errno != EINTR && errno != EAGAIN && errno != ENOENT) return unused;
    if (got < (ssize_t)sizeof(struct fuse_in_header)) continue;
    struct fuse_in_header asked;
    memcpy(&asked, request, sizeof asked);
    struct fuse_out_header answer = {sizeof answer, -ENOTCONN, asked.unique};
    /* It refuses answers to what wants none, as FORGET: nothing is lost. */
    if (write(DEVICE, &answer, sizeof answer) < 0 && errno == ENODEV) return unused;
  }
}

int main(void) {
  ignore_keys();
  pthread_t refusing;
  if (pthread_create(&refusing, NULL, refuse_requests, NULL) != 0) return 1;
  char message[MAX_LENGTH];
  struct fuse_out_header header;
  while (read_all(&header, sizeof header)) {
    if (header.len < sizeof header || header.len > sizeof message) return 1;
    memcpy(message, &header, sizeof header);
    if (!read_all(message + sizeof header, header.len - sizeof header)) return 0;
    if (header.len == sizeof header) {
      uint64_t mark = header.unique;
      if (write(STDOUT_FILENO, &mark, sizeof mark) != sizeof mark) return 0;
    } else if (write(DEVICE, message, header.len) < 0 && errno == ENODEV) {
      return 0; /* unmounted; ENOENT says that nothing was cached */
    }
  }
  return 0;
}
