/*
 * A switch between network namespaces with a delay and a bandwidth, for kernels without tc netem.
 *
 *   wire DELAY_US GBIT_PER_S NETNS...      prints "ready" once every namespace has its eth0
 *
 * In each namespace /run/netns/NETNS it makes a TAP device eth0 with address 02:00:00:00:00:NN, NN
 * = 1, 2, ...  A frame leaves its sender's port when the frames before it have left, at the given
 * rate, and arrives DELAY_US later.  One process, so a frame also takes the 5 to 10 us of two
 * system calls and a wake-up: unshaped round trips are measured, not assumed.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORTS = 64, FRAME = 65536, QUEUE = 512, GAP_BYTES = 24 /* preamble, checksum, gap */ };

typedef struct {
  double due_s;
  size_t bytes;
  unsigned char frame[FRAME];
} parcel;

typedef struct {
  int fd;
  double free_s;     /* when the last frame will have left */
  size_t head, tail; /* of the ring; in order of due_s, for rate and delay are constant */
  parcel *ring;      /* [QUEUE] */
} port;

static void need(int ok, const char *what)
{
  if (ok) return;
  perror(what);
  exit(1);
}

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int open_tap(const char *netns, int number)
{
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  char path[256];

  snprintf(path, sizeof path, "/run/netns/%s", netns);
  const int space = open(path, O_RDONLY | O_CLOEXEC);
  need(space >= 0 && setns(space, CLONE_NEWNET) == 0, path);
  close(space);
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  need(fd >= 0, "/dev/net/tun");
  strcpy(request.ifr_name, "eth0");
  need(ioctl(fd, TUNSETIFF, &request) == 0, "TUNSETIFF");
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  memcpy(request.ifr_hwaddr.sa_data, (char[]){2, 0, 0, 0, 0, (char)number}, 6);
  need(any >= 0 && ioctl(any, SIOCSIFHWADDR, &request) == 0, "SIOCSIFHWADDR");
  close(any);
  return fd;
}

/* Take what the namespace sends while there is room; what does not fit waits in its device. */
static void receive(port *p, double delay_s, double byte_s)
{
  while (p->tail - p->head < QUEUE) {
    parcel *at = &p->ring[p->tail % QUEUE];
    const ssize_t got = read(p->fd, at->frame, FRAME);
    if (got <= 0) return;
    const double now = now_s();
    if (p->free_s < now) p->free_s = now;
    p->free_s += byte_s * (double)(got + GAP_BYTES);
    at->due_s = p->free_s + delay_s;
    at->bytes = (size_t)got;
    p->tail++;
  }
}

/* Hand over what is due.  Full devices drop frames, as switches do. */
static void deliver(port *ports, int n, int from)
{
  port *p = &ports[from];
  while (p->head != p->tail && p->ring[p->head % QUEUE].due_s <= now_s()) {
    const parcel *at = &p->ring[p->head++ % QUEUE];
    const int to = at->frame[5] - 1;
    const int all = (at->frame[0] & 1) || to < 0 || to >= n;
    for (int i = 0; i < n; i++)
      if (i != from && (all || i == to) && write(ports[i].fd, at->frame, at->bytes) < 0) continue;
  }
}

static void serve(port *ports, int n, double delay_s, double byte_s)
{
  struct pollfd wait[PORTS];

  for (int i = 0; i < n; i++) wait[i] = (struct pollfd){.fd = ports[i].fd, .events = POLLIN};
  for (;;) {
    double next_s = now_s() + 1.0;
    for (int i = 0; i < n; i++) {
      const port *p = &ports[i];
      if (p->head != p->tail && p->ring[p->head % QUEUE].due_s < next_s)
        next_s = p->ring[p->head % QUEUE].due_s;
    }
    const double left_s = next_s - now_s();
    const struct timespec rest = {.tv_nsec = left_s > 0.0 ? (long)(left_s * 1e9) % 1000000000 : 0};
    ppoll(wait, (nfds_t)n, &rest, NULL);
    for (int i = 0; i < n; i++) {
      receive(&ports[i], delay_s, byte_s);
      deliver(ports, n, i);
    }
  }
}

int main(int argc, char **argv)
{
  static port ports[PORTS];
  const int n = argc - 3;

  if (n < 2 || n > PORTS) {
    fprintf(stderr, "wire DELAY_US GBIT_PER_S NETNS NETNS...\n");
    return 2;
  }
  for (int i = 0; i < n; i++) {
    ports[i].fd = open_tap(argv[3 + i], i + 1);
    ports[i].ring = calloc(QUEUE, sizeof *ports[i].ring);
    need(ports[i].ring != NULL, "memory");
  }
  prctl(PR_SET_TIMERSLACK, 1UL);
  prctl(PR_SET_PDEATHSIG, 9); /* gone with the script that started it */
  sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
  printf("ready\n");
  fflush(stdout);
  serve(ports, n, 1e-6 * atof(argv[1]), 8e-9 / atof(argv[2]));
}
