/*
 * Percentile bootstrap over sessions (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
 * sections 8.3 and 13.3).
 *
 * Clips of one recording session are near copies of each other; resampling clips would count them
 * as independent evidence and give intervals several times too narrow.  So a resample draws as many
 * sessions as there are, with replacement, and takes all clips of each.
 *
 * A resample needs only how many clips of each class a session holds and how many are right, so
 * sessions are reduced to such cells once.  The order of the scores does not matter: cells are
 * sorted, and the integer sums over them are exact.
 */
#include "cassette/memory.h"
#include "cassette/metrics.h"
#include "cassette/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Clips of one class in one session. */
typedef struct {
  int session;
  size_t truth;
  int64_t clips, correct;
} cell;

typedef struct {
  size_t n; /* sessions */
  cell *cells;
  size_t *first; /* cells of session s: first[s] .. first[s + 1] - 1 */
} sessions;

static int compare_ints(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_cells(const void *x, const void *y)
{
  const cell *a = x, *b = y;
  int order = compare_ints(a->session, b->session);
  if (!order) order = compare_ints((int64_t)a->truth, (int64_t)b->truth);
  if (!order) order = compare_ints(a->correct, b->correct);
  return order;
}

/* A clip without a session is a session of its own. */
static bool same_session(const cell *a, const cell *b)
{
  return a->session == b->session && a->session >= 0;
}

/* Sorted one-clip cells become one cell per session and class; session starts go to `first`. */
static void merge_cells(size_t n, sessions *s)
{
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    cell *last = used ? &s->cells[used - 1] : NULL;
    const cell *here = &s->cells[i];
    const bool joins = last && same_session(last, here);
    if (joins && last->truth == here->truth) {
      last->clips += here->clips;
      last->correct += here->correct;
      continue;
    }
    if (!joins) s->first[s->n++] = used;
    s->cells[used++] = *here;
  }
  s->first[s->n] = used;
}

static void sessions_reset(sessions *s)
{
  cst_free(s->cells);
  cst_free(s->first);
  *s = (sessions){0};
}

static cst_status sessions_make(size_t n, const cst_score *scores, size_t classes, sessions *out)
{
  cst_status st = CST_OK;
  *out = (sessions){0};
  CST_ALLOC(out->cells, n);
  CST_ALLOC(out->first, n + 1);
  for (size_t i = 0; i < n; i++) {
    CST_ASSERT(scores[i].truth >= 0 && (size_t)scores[i].truth < classes);
    out->cells[i] = (cell){.session = scores[i].session < 0 ? -1 : scores[i].session,
                           .truth = (size_t)scores[i].truth,
                           .clips = 1,
                           .correct = scores[i].truth == scores[i].predicted};
  }
  qsort(out->cells, n, sizeof *out->cells, compare_cells);
  merge_cells(n, out);
done:
  if (st != CST_OK) sessions_reset(out);
  return st;
}

/* Macro accuracy of resample @p r; `clips` and `correct` are scratch, [classes] each. */
static double resampled_macro(const sessions *s, size_t classes, const bool *included,
                              uint64_t seed, uint64_t r, int64_t *clips, int64_t *correct)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_BOOTSTRAP, 0, r, 0);
  double sum = 0.0;
  size_t tested = 0;
  memset(clips, 0, classes * sizeof *clips);
  memset(correct, 0, classes * sizeof *correct);
  for (size_t i = 0; i < s->n; i++) {
    const size_t pick = cst_random_below(&key, i, (uint32_t)s->n);
    for (size_t c = s->first[pick]; c < s->first[pick + 1]; c++) {
      clips[s->cells[c].truth] += s->cells[c].clips;
      correct[s->cells[c].truth] += s->cells[c].correct;
    }
  }
  for (size_t k = 0; k < classes; k++) {
    if (!clips[k] || (included && !included[k])) continue;
    sum += (double)correct[k] / (double)clips[k];
    tested++;
  }
  return tested ? sum / (double)tested : NAN;
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

/* Contract in cassette/metrics.h. */
cst_status cst_bootstrap_macro(size_t n, const cst_score *scores, size_t classes,
                               const bool *included, size_t resamples, uint64_t seed,
                               cst_interval *out)
{
  cst_status st = CST_OK;
  sessions s = {0};
  int64_t *scratch = NULL;
  double *values = NULL;
  size_t kept = 0;

  *out = (cst_interval){NAN, NAN};
  CST_TRY(sessions_make(n, scores, classes, &s));
  if (s.n < 2) goto done;
  CST_ASSERT(s.n <= UINT32_MAX);
  CST_ALLOC(scratch, 2 * classes);
  CST_ALLOC(values, resamples);
  for (size_t r = 0; r < resamples; r++) {
    const double value =
        resampled_macro(&s, classes, included, seed, r, scratch, scratch + classes);
    if (!isnan(value)) values[kept++] = value;
  }
  if (kept == 0) goto done;
  qsort(values, kept, sizeof *values, compare_doubles);
  *out = (cst_interval){quantile(kept, values, 0.025), quantile(kept, values, 0.975)};
done:
  cst_free(values);
  cst_free(scratch);
  sessions_reset(&s);
  return st;
}
