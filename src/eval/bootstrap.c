/*
 * Percentile bootstrap over sessions (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
 * sections 8.3 and 13.3).
 *
 * Clips of one recording session are near copies of each other; resampling clips would count them
 * as independent evidence and give intervals several times too narrow.  So a resample draws as many
 * sessions as there are, with replacement, and takes all clips of each.
 */
#include "sessions.h"

#include "cassette/memory.h"

#include <math.h>

static cst_status make_table(size_t n, const cst_score *scores, size_t classes, session_table *out)
{
  cst_status st = CST_OK;
  session_cell *cells = NULL;
  CST_ALLOC(cells, n);
  for (size_t i = 0; i < n; i++) {
    CST_ASSERT(scores[i].truth >= 0 && (size_t)scores[i].truth < classes);
    cells[i] = (session_cell){.session = scores[i].session < 0 ? -1 : scores[i].session,
                              .truth = (size_t)scores[i].truth,
                              .clips = 1,
                              .right = scores[i].truth == scores[i].predicted};
  }
  st = session_table_make(n, cells, out);
done:
  return st;
}

/* Contract in cassette/metrics.h. */
cst_status cst_bootstrap_macro(size_t n, const cst_score *scores, size_t classes,
                               const bool *included, size_t resamples, uint64_t seed,
                               cst_interval *out)
{
  cst_status st = CST_OK;
  session_table table = {0};
  session_sums sums = {0};
  double *values = NULL;
  size_t kept = 0;

  *out = (cst_interval){NAN, NAN};
  CST_TRY(make_table(n, scores, classes, &table));
  if (table.n < 2) goto done;
  CST_TRY(session_sums_make(classes, &sums));
  CST_ALLOC(values, resamples);
  for (size_t r = 0; r < resamples; r++) {
    session_sums_draw(&table, seed, r, &sums);
    const double value = session_macro(&sums, included);
    if (!isnan(value)) values[kept++] = value;
  }
  *out = percentile_interval(kept, values);
done:
  cst_free(values);
  session_sums_reset(&sums);
  session_table_reset(&table);
  return st;
}
