/* Contract in cassette/delay.h. */
#include "cassette/delay.h"

#include "cassette/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_DELAYS = 8, NAME_BYTES = 48 };

static struct {
  char name[NAME_BYTES];
  long pause_ms, only; /* only: the K-th passage; 0: all */
  long passed;
} delays[MAX_DELAYS];
static size_t n_delays;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void read_variable(void)
{
  const char *at = getenv("CST_DELAY");
  while (at && *at && n_delays < MAX_DELAYS) {
    const size_t name = strcspn(at, ":,");
    char *rest = NULL;
    if (at[name] != ':' || name == 0 || name >= NAME_BYTES) break;
    memcpy(delays[n_delays].name, at, name);
    delays[n_delays].pause_ms = strtol(at + name + 1, &rest, 10);
    if (*rest == ':') delays[n_delays].only = strtol(rest + 1, &rest, 10);
    n_delays++;
    at = *rest == ',' ? rest + 1 : rest;
  }
  if (at && *at)
    cst_log(CST_LOG_WARN, "environment variable CST_DELAY: '%s' is not NAME:MILLISECONDS[:K]", at);
}

/* Returns early once the test has made its file. */
static void wait_ms(long ms)
{
  enum { LOOK_MS = 10 };
  const char *release = getenv("CST_RELEASE");
  for (long slice; ms > 0 && !(release && access(release, F_OK) == 0); ms -= slice) {
    slice = release && ms > LOOK_MS ? LOOK_MS : ms;
    struct timespec left = {.tv_sec = slice / 1000, .tv_nsec = slice % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
  }
}

void cst_delay_point(const char *name)
{
  pthread_once(&once, read_variable);
  for (size_t i = 0; i < n_delays; i++) {
    if (strcmp(delays[i].name, name) != 0) continue;
    pthread_mutex_lock(&lock);
    const long passed = ++delays[i].passed;
    pthread_mutex_unlock(&lock);
    if (delays[i].only > 0 && delays[i].only != passed) continue;
    cst_log_any(CST_LOG_INFO, "delay at %s", name);
    wait_ms(delays[i].pause_ms);
  }
}
