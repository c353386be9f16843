/* Contract in cassette/clock.h. */
#include "cassette/clock.h"

#include <time.h>

static double read_s(clockid_t id)
{
  struct timespec t;
  clock_gettime(id, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double cst_now_s(void) { return read_s(CLOCK_MONOTONIC); }
double cst_wall_s(void) { return read_s(CLOCK_REALTIME); }

void cst_wall_text(char out[32])
{
  const time_t now = time(NULL);
  struct tm parts;
  gmtime_r(&now, &parts);
  strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
