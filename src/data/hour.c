/* What the metadata tell of a clip's time of day, and whose cities have an embedding.  Contract in
 * cassette/dataset.h. */
#include "cassette/dataset.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static bool is_digit(char c) { return isdigit((unsigned char)c); }

/* "HH:MM" at @p at, or "H:MM", not within a longer number; seconds may follow. */
static bool read_clock(const char *text, const char *at, double *hour)
{
  char *end;
  if (!is_digit(*at) || (at > text && (is_digit(at[-1]) || at[-1] == ':'))) return false;
  const long h = strtol(at, &end, 10);
  if (h > 23 || end - at > 2 || end[0] != ':' || !is_digit(end[1]) || !is_digit(end[2]) ||
      is_digit(end[3]))
    return false;
  const long minutes = strtol(end + 1, &end, 10);
  long seconds = 0;
  if (end[0] == ':' && is_digit(end[1]) && is_digit(end[2]) && !is_digit(end[3]))
    seconds = strtol(end + 1, NULL, 10);
  if (minutes > 59 || seconds > 60) return false;
  *hour = fmin((double)h + (double)minutes / 60.0 + (double)seconds / 3600.0, 23.9999);
  return true;
}

double cst_session_hour(const char *session)
{
  double hour = NAN;
  for (const char *at = session; *at; at++) read_clock(session, at, &hour);
  return hour;
}

size_t cst_dataset_cities(const cst_dataset *self)
{
  int n = 0;
  for (size_t i = 0; i < self->n && self->clip[i].set == CST_SET_DEVELOPMENT; i++)
    if (self->clip[i].city >= n) n = self->clip[i].city + 1;
  return (size_t)n;
}
