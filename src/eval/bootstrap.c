/*
 * Percentile bootstrap over sessions (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
 * sections 8.3 and 13.3).
 *
 * Clips of one recording session are near copies of each other; resampling clips would count them
 * as independent evidence and give intervals several times too narrow.  So a resample draws as many
 * sessions as there are, with replacement, and takes all clips of each.
 *
 * Two sets of scores are one table of sessions in which class k of the second set is class K + k,
 * so that one draw of sessions gives both.  Contracts in cassette/metrics.h.
 */
#include "sessions.h"

#include "cassette/memory.h"

#include <math.h>

/* One-clip cells of a set, its classes numbered from @p first_class on. */
static void add_cells(size_t n, const cst_score *scores, size_t classes, size_t first_class,
                      session_cell *cells)
{
  for (size_t i = 0; i < n; i++) {
    CST_ASSERT(scores[i].truth >= 0 && (size_t)scores[i].truth < classes);
    cells[i] = (session_cell){.session = scores[i].session < 0 ? -1 : scores[i].session,
                              .truth = first_class + (size_t)scores[i].truth,
                              .clips = 1,
                              .right = scores[i].truth == scores[i].predicted};
  }
}

/* Mean over the classes that have clips; NaN if there are none. */
static double macro(const session_sums *sums)
{
  double sum = 0.0;
  size_t tested = 0;
  for (size_t k = 0; k < sums->classes; k++) {
    if (!sums->clips[k]) continue;
    sum += (double)sums->right[k] / (double)sums->clips[k];
    tested++;
  }
  return tested ? sum / (double)tested : NAN;
}

/* Mean over the classes of both sides. */
static double drop(const session_sums *sums)
{
  const size_t K = sums->classes / 2;
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

/* A figure of a resample; NaN: it has none. */
typedef double value_fn(const session_sums *sums);

/* Interval of @p value; takes @p cells [n]. */
static cst_status resample(size_t n, session_cell *cells, size_t classes, value_fn *value,
                           size_t resamples, uint64_t seed, cst_interval *out)
{
  cst_status st = CST_OK;
  session_table table = {0};
  session_sums sums = {0};
  double *values = NULL;
  size_t kept = 0;

  CST_TRY(session_table_make(n, cells, &table));
  if (table.n < 2) goto done;
  CST_TRY(session_sums_make(classes, &sums));
  CST_ALLOC(values, resamples);
  for (size_t r = 0; r < resamples; r++) {
    session_sums_draw(&table, seed, r, &sums);
    const double drawn = value(&sums);
    if (!isnan(drawn)) values[kept++] = drawn;
  }
  *out = percentile_interval(kept, values);
done:
  cst_free(values);
  session_sums_reset(&sums);
  session_table_reset(&table);
  return st;
}

cst_status cst_bootstrap_macro(size_t n, const cst_score *scores, size_t classes, size_t resamples,
                               uint64_t seed, cst_interval *out)
{
  cst_status st = CST_OK;
  session_cell *cells = NULL;
  *out = (cst_interval){NAN, NAN};
  CST_ALLOC(cells, n);
  add_cells(n, scores, classes, 0, cells);
  st = resample(n, cells, classes, macro, resamples, seed, out);
done:
  return st;
}

cst_status cst_bootstrap_drop(size_t n_a, const cst_score *a, size_t n_b, const cst_score *b,
                              size_t classes, size_t resamples, uint64_t seed, cst_interval *out)
{
  cst_status st = CST_OK;
  session_cell *cells = NULL;
  *out = (cst_interval){NAN, NAN};
  CST_ALLOC(cells, n_a + n_b);
  add_cells(n_a, a, classes, 0, cells);
  add_cells(n_b, b, classes, classes, cells + n_a);
  st = resample(n_a + n_b, cells, 2 * classes, drop, resamples, seed, out);
done:
  return st;
}
