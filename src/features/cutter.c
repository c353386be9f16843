/* Contract in cutter.h. */
#include "cutter.h"

#include "cassette/memory.h"

#include <string.h>

void cutter_begin(cutter *self, uint64_t window, uint64_t hop)
{
  *self = (cutter){.window = window, .hop = hop, .held = self->held, .capacity = self->capacity};
}

void cutter_reset(cutter *self)
{
  cst_free(self->held);
  *self = (cutter){0};
}

/* Length of what is too short to be a window of its own. */
static uint64_t rest(const cutter *self) { return self->window / 10; }

/* Forget what neither the next window nor the last one of the recording can need. */
static void drop(cutter *self)
{
  const uint64_t next = self->windows * self->hop;
  uint64_t keep = self->end > self->window ? self->end - self->window : 0;
  if (next < keep) keep = next;
  if (keep <= self->begin) return;
  memmove(self->held, self->held + (keep - self->begin), (self->end - keep) * sizeof *self->held);
  self->begin = keep;
}

cst_status cutter_add(cutter *self, const float *samples, size_t n)
{
  if (n == 0) return CST_OK; /* nothing may be held yet, and no samples be at hand */
  drop(self);
  const size_t held = (size_t)(self->end - self->begin);
  if (held + n > self->capacity) {
    float *more = cst_realloc(self->held, 2 * (held + n), sizeof *more);
    if (!more) return cst_no_memory("samples of a window", 2 * (held + n), sizeof *more);
    self->held = more;
    self->capacity = 2 * (held + n);
  }
  memcpy(self->held + held, samples, n * sizeof *samples);
  self->end += n;
  return CST_OK;
}

static bool cut(cutter *self, uint64_t from, uint64_t to, const float **samples, uint64_t *first,
                uint64_t *n)
{
  *samples = self->held + (from - self->begin);
  *first = from;
  *n = to - from;
  self->heard = to;
  self->windows++;
  return true;
}

bool cutter_next(cutter *self, const float **samples, uint64_t *first, uint64_t *n)
{
  const uint64_t start = self->windows * self->hop, stop = start + self->window;
  if (self->over && self->windows > 0 && self->heard == self->end) return false;
  const uint64_t need = self->windows == 0 ? stop + rest(self) : stop; /* to know that it is one */
  if (self->end >= need) return cut(self, start, stop, samples, first, n);
  if (!self->over) return false;
  if (self->windows == 0) return cut(self, 0, self->end, samples, first, n);
  if (self->hop > self->window || self->end < self->heard + rest(self)) return false;
  return cut(self, self->end - self->window, self->end, samples, first, n);
}
