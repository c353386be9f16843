/* Contract in cassette/clock.h. */
#include "cassette/clock.h"

#include <stdio.h>
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

void cst_duration_text(double seconds, char out[32])
{
  const long long s = (long long)(seconds + 0.5);
  if (s >= 3600)
    snprintf(out, 32, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  else
    snprintf(out, 32, "%lld:%02lld", s / 60, s % 60);
}
