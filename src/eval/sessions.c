/* Contract in sessions.h. */
#include "sessions.h"

#include "cassette/memory.h"
#include "cassette/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_ints(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_cells(const void *x, const void *y)
{
  const session_cell *a = x, *b = y;
  int order = compare_ints(a->session, b->session);
  if (!order) order = compare_ints((int64_t)a->truth, (int64_t)b->truth);
  return order ? order : compare_ints(a->right, b->right);
}

/* A clip without a session is a session of its own. */
static bool same_session(const session_cell *a, const session_cell *b)
{
  return a->session == b->session && a->session >= 0;
}

/* Sorted one-clip cells become one cell per session and class; session starts go to `first`. */
static void merge_cells(size_t n, session_table *t)
{
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    session_cell *last = used ? &t->cells[used - 1] : NULL;
    const session_cell *here = &t->cells[i];
    const bool joins = last && same_session(last, here);
    if (joins && last->truth == here->truth) {
      last->clips += here->clips;
      last->right += here->right;
      continue;
    }
    if (!joins) t->first[t->n++] = used;
    t->cells[used++] = *here;
  }
  t->first[t->n] = used;
}

cst_status session_table_make(size_t n, session_cell *cells, session_table *out)
{
  cst_status st = CST_OK;
  *out = (session_table){.cells = cells};
  CST_ALLOC(out->first, n + 1);
  qsort(cells, n, sizeof *cells, compare_cells);
  merge_cells(n, out);
  CST_ASSERT(out->n <= UINT32_MAX);
done:
  if (st != CST_OK) session_table_reset(out);
  return st;
}

void session_table_reset(session_table *self)
{
  cst_free(self->cells);
  cst_free(self->first);
  *self = (session_table){0};
}

cst_status session_sums_make(size_t classes, session_sums *out)
{
  cst_status st = CST_OK;
  *out = (session_sums){.classes = classes};
  CST_ALLOC(out->clips, 2 * classes);
  out->right = out->clips + classes;
done:
  return st;
}

void session_sums_reset(session_sums *self)
{
  cst_free(self->clips);
  *self = (session_sums){0};
}

static void clear(session_sums *self)
{
  memset(self->clips, 0, 2 * self->classes * sizeof *self->clips);
}

static void add_session(const session_table *table, size_t session, session_sums *out)
{
  for (size_t c = table->first[session]; c < table->first[session + 1]; c++) {
    const session_cell *cell = &table->cells[c];
    out->clips[cell->truth] += cell->clips;
    out->right[cell->truth] += cell->right;
  }
}

void session_sums_draw(const session_table *table, uint64_t seed, uint64_t r, session_sums *out)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_BOOTSTRAP, 0, r, 0);
  clear(out);
  for (size_t i = 0; i < table->n; i++)
    add_session(table, cst_random_below(&key, i, (uint32_t)table->n), out);
}

static int compare_doubles(const void *x, const void *y)
{
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

/* Quantile of sorted values, linear between order statistics (Hyndman & Fan's type 7). */
static double quantile(size_t n, const double *sorted, double q)
{
  const double place = q * (double)(n - 1);
  const size_t below = (size_t)place;
  if (below + 1 >= n) return sorted[n - 1];
  return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

cst_interval percentile_interval(size_t n, double *values)
{
  if (n == 0) return (cst_interval){NAN, NAN};
  qsort(values, n, sizeof *values, compare_doubles);
  return (cst_interval){quantile(n, values, 0.025), quantile(n, values, 0.975)};
}
