/*
 * Interval of the difference of two sets' macro accuracies by the session bootstrap of bootstrap.c.
 * The sets are one table of sessions in which class k of the second set is class K + k, so that one
 * draw of sessions gives both.
 */
#include "sessions.h"

#include "cassette/memory.h"

#include <math.h>

static void add_cells(size_t n, const cst_score *scores, size_t first_class, session_cell *cells)
{
  for (size_t i = 0; i < n; i++)
    cells[i] = (session_cell){.session = scores[i].session < 0 ? -1 : scores[i].session,
                              .truth = first_class + (size_t)scores[i].truth,
                              .clips = 1,
                              .right = scores[i].truth == scores[i].predicted};
}

/* Mean over the classes of both sides. */
static double drop(const session_sums *sums, size_t K)
{
  double sum = 0.0;
  size_t tested = 0;
  for (size_t k = 0; k < K; k++) {
    const int64_t a = sums->clips[k], b = sums->clips[K + k];
    if (!a || !b) continue;
    sum += (double)sums->right[k] / (double)a - (double)sums->right[K + k] / (double)b;
    tested++;
  }
  return tested ? sum / (double)tested : NAN;
}

/* Contract in cassette/metrics.h. */
cst_status cst_bootstrap_drop(size_t n_a, const cst_score *a, size_t n_b, const cst_score *b,
                              size_t classes, size_t resamples, uint64_t seed, cst_interval *out)
{
  cst_status st = CST_OK;
  session_table table = {0};
  session_sums sums = {0};
  session_cell *cells = NULL;
  double *values = NULL;
  size_t kept = 0;

  *out = (cst_interval){NAN, NAN};
  CST_ALLOC(cells, n_a + n_b);
  add_cells(n_a, a, 0, cells);
  add_cells(n_b, b, classes, cells + n_a);
  CST_TRY(session_table_make(n_a + n_b, cells, &table));
  if (table.n < 2) goto done;
  CST_TRY(session_sums_make(2 * classes, &sums));
  CST_ALLOC(values, resamples);
  for (size_t r = 0; r < resamples; r++) {
    session_sums_draw(&table, seed, r, &sums);
    const double value = drop(&sums, classes);
    if (!isnan(value)) values[kept++] = value;
  }
  *out = percentile_interval(kept, values);
done:
  cst_free(values);
  session_sums_reset(&sums);
  session_table_reset(&table);
  return st;
}
