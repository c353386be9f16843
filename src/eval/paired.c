/* Contract, definitions and sources in cassette/paired.h. */
#include "cassette/paired.h"

#include "cassette/memory.h"
#include "cassette/random.h"
#include "sessions.h"

#include <math.h>
#include <stdlib.h>

enum { EXACT_SESSIONS = 20, FLIP_STREAM = 1 };

static cst_status make_table(size_t n, const cst_pair *pairs, const int seeds[2], size_t classes,
                             session_table *out)
{
  cst_status st = CST_OK;
  session_cell *cells = NULL;
  CST_ALLOC(cells, n);
  for (size_t i = 0; i < n; i++) {
    const cst_pair *p = &pairs[i];
    CST_ASSERT(p->truth >= 0 && (size_t)p->truth < classes);
    for (int s = 0; s < 2; s++) CST_ASSERT(p->right[s] >= 0 && p->right[s] <= seeds[s]);
    cells[i] = (session_cell){.session = p->session < 0 ? -1 : p->session,
                              .truth = (size_t)p->truth,
                              .clips = 1,
                              .right = {p->right[0], p->right[1]}};
  }
  st = session_table_make(n, cells, out);
done:
  return st;
}

static double two_sided(size_t below, size_t above, size_t n)
{
  const size_t tail = below < above ? below : above;
  return fmin(1.0, 2.0 * (double)(1 + tail) / (double)(1 + n));
}

/* Both systems on each resample. */
static cst_status resample(const session_table *table, const int seeds[2], size_t classes,
                           size_t resamples, uint64_t seed, cst_paired *out)
{
  cst_status st = CST_OK;
  session_sums sums = {0};
  double *values[3] = {NULL}; /* of each system, of their difference */
  size_t below = 0, above = 0;
  CST_TRY(session_sums_make(classes, &sums));
  for (int v = 0; v < 3; v++) CST_ALLOC(values[v], resamples);
  for (size_t r = 0; r < resamples; r++) {
    session_sums_draw(table, seed, r, &sums);
    for (int s = 0; s < 2; s++) values[s][r] = session_macro(&sums, s, seeds[s], NULL);
    values[2][r] = values[0][r] - values[1][r];
    below += values[2][r] <= 0.0;
    above += values[2][r] >= 0.0;
  }
  for (int s = 0; s < 2; s++) out->interval[s] = percentile_interval(resamples, values[s]);
  out->difference_interval = percentile_interval(resamples, values[2]);
  out->p_bootstrap = two_sided(below, above, resamples);
done:
  for (int v = 0; v < 3; v++) cst_free(values[v]);
  session_sums_reset(&sums);
  return st;
}

/* --- sign flips --- */

/* What each session adds to the difference; those that add nothing are left out. */
static cst_status differences(const session_table *table, const int seeds[2],
                              const session_sums *all, double **out, size_t *n)
{
  cst_status st = CST_OK;
  size_t tested = 0;
  CST_ALLOC(*out, table->n);
  for (size_t k = 0; k < all->classes; k++) tested += all->clips[k] > 0;
  for (size_t s = 0; s < table->n; s++) {
    double d = 0.0;
    for (size_t c = table->first[s]; c < table->first[s + 1]; c++) {
      const session_cell *cell = &table->cells[c];
      /* whole numbers first: answers that balance must give exactly nothing */
      const int64_t net = cell->right[0] * seeds[1] - cell->right[1] * seeds[0];
      d += (double)net / ((double)all->clips[cell->truth] * (double)tested * seeds[0] * seeds[1]);
    }
    if (d != 0.0) (*out)[(*n)++] = d;
  }
done:
  return st;
}

/* Patterns of signs from session @p i on whose absolute sum reaches @p least. */
static size_t count_patterns(const double *d, size_t n, size_t i, double sum, double least)
{
  if (i == n) return fabs(sum) >= least;
  return count_patterns(d, n, i + 1, sum + d[i], least) +
         count_patterns(d, n, i + 1, sum - d[i], least);
}

static size_t draw_patterns(const double *d, size_t n, double least, size_t draws, uint64_t seed)
{
  size_t hits = 0;
  for (size_t r = 0; r < draws; r++) {
    const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_BOOTSTRAP, FLIP_STREAM, r, 0);
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
      const uint32_t bits = cst_random_u32(&key, i / 32);
      sum += bits >> i % 32 & 1u ? d[i] : -d[i];
    }
    hits += fabs(sum) >= least;
  }
  return hits;
}

static cst_status flip_signs(const session_table *table, const int seeds[2],
                             const session_sums *all, size_t draws, uint64_t seed, double *p)
{
  cst_status st = CST_OK;
  double *d = NULL, sum = 0.0, total = 0.0;
  size_t n = 0;
  CST_TRY(differences(table, seeds, all, &d, &n));
  for (size_t i = 0; i < n; i++) {
    sum += d[i];
    total += fabs(d[i]);
  }
  const double least = fabs(sum) - 1e-12 * total; /* the pattern seen reaches itself in any order */
  if (n <= EXACT_SESSIONS)
    *p = (double)count_patterns(d, n, 0, 0.0, least) / (double)((size_t)1 << n);
  else
    *p = (double)(1 + draw_patterns(d, n, least, draws, seed)) / (double)(1 + draws);
done:
  cst_free(d);
  return st;
}

cst_status cst_paired_compare(size_t n, const cst_pair *pairs, const int seeds[2], size_t classes,
                              size_t resamples, uint64_t seed, cst_paired *out)
{
  cst_status st = CST_OK;
  session_table table = {0};
  session_sums all = {0};
  const cst_interval none = {NAN, NAN};
  CST_ASSERT(seeds[0] > 0 && seeds[1] > 0);
  *out = (cst_paired){
      .interval = {none, none}, .difference_interval = none, .p_bootstrap = NAN, .p_flip = NAN};
  CST_TRY(make_table(n, pairs, seeds, classes, &table));
  CST_TRY(session_sums_make(classes, &all));
  session_sums_all(&table, &all);
  for (int s = 0; s < 2; s++) out->macro[s] = session_macro(&all, s, seeds[s], NULL);
  out->difference = out->macro[0] - out->macro[1];
  out->sessions = table.n;
  if (table.n < 2 || resamples == 0) goto done;
  CST_TRY(resample(&table, seeds, classes, resamples, seed, out));
  CST_TRY(flip_signs(&table, seeds, &all, resamples, seed, &out->p_flip));
done:
  session_sums_reset(&all);
  session_table_reset(&table);
  return st;
}

/* --- Holm --- */

typedef struct {
  double p;
  size_t at;
} ranked;

static int by_p(const void *x, const void *y)
{
  const ranked *a = x, *b = y;
  return (a->p > b->p) - (a->p < b->p);
}

cst_status cst_holm(size_t n, double *p)
{
  cst_status st = CST_OK;
  ranked *tests = NULL;
  size_t m = 0;
  double largest = 0.0;
  CST_ALLOC(tests, n);
  for (size_t i = 0; i < n; i++)
    if (!isnan(p[i])) tests[m++] = (ranked){p[i], i};
  qsort(tests, m, sizeof *tests, by_p);
  for (size_t i = 0; i < m; i++) {
    largest = fmax(largest, fmin(1.0, (double)(m - i) * tests[i].p));
    p[tests[i].at] = largest;
  }
done:
  cst_free(tests);
  return st;
}
