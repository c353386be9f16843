/* Contract in step_times.h. */
#include "cassette/step_times.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>

typedef struct {
  double min_s, mean_s, max_s;
  char host[64];
} summary;

void cst_step_times_begin(cst_step_times *self) { self->wait_s = cst_comm_wait_s(); }

void cst_step_times_end(cst_step_times *self, double seconds)
{
  double own_s = seconds - (cst_comm_wait_s() - self->wait_s);
  if (own_s < 0.0) own_s = 0.0;
  if (self->steps == 0 || own_s < self->min_s) self->min_s = own_s;
  if (own_s > self->max_s) self->max_s = own_s;
  self->sum_s += own_s;
  self->steps++;
}

static cst_json *three(const summary *s)
{
  cst_json *list = cst_json_array();
  cst_json_append_number(list, s->min_s);
  cst_json_append_number(list, s->mean_s);
  cst_json_append_number(list, s->max_s);
  return list;
}

static cst_json *describe(const summary *all, size_t n)
{
  cst_json *object = cst_json_object(), *ranks = cst_json_array();
  size_t slowest = 0, fastest = 0;
  double sum = 0.0;
  for (size_t r = 0; r < n; r++) {
    if (all[r].mean_s > all[slowest].mean_s) slowest = r;
    if (all[r].mean_s < all[fastest].mean_s) fastest = r;
    sum += all[r].mean_s;
    cst_json_append(ranks, three(&all[r]));
  }
  cst_json_set_number(object, "min", all[fastest].mean_s);
  cst_json_set_number(object, "mean", sum / (double)n);
  cst_json_set_number(object, "max", all[slowest].mean_s);
  cst_json_set_integer(object, "slowest_rank", (int64_t)slowest);
  cst_json_set_string(object, "slowest_host", all[slowest].host);
  cst_json_set(object, "ranks", ranks);
  return object;
}

cst_json *cst_step_times_take(cst_step_times *self, const cst_comm *comm)
{
  /* resumed behind the last step of an epoch, there are none: null in JSON */
  const bool none = self->steps == 0;
  summary mine = {none ? NAN : self->min_s, self->sum_s / (double)self->steps,
                  none ? NAN : self->max_s, ""};
  summary *all = NULL;
  size_t bytes = 0;
  cst_json *json = NULL;
  snprintf(mine.host, sizeof mine.host, "%s", cst_comm_host());
  *self = (cst_step_times){0};
  if (cst_comm_gather(comm, &mine, sizeof mine, (void **)&all, &bytes) == CST_OK)
    json = describe(all, bytes / sizeof *all);
  cst_free(all);
  return json;
}
