/* Contract, definitions and sources in cassette/paired.h. */
#include "cassette/paired.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>

/* --- clips of one class in one session: all that the estimates ask for --- */

typedef struct {
  size_t session, truth;
  double clips;
} cell;

typedef struct {
  size_t sessions, cells, classes, tested; /* classes that have clips */
  cell *cell;                              /* [cells] by session and class */
  double *sum;                             /* [seeds][stride] of values, in each cell */
  size_t stride;
  double *mean;      /* [cells] of them over seeds */
  double *deviation; /* [cells] workspace */
  double *clips;     /* [classes] */
  double *center;    /* [classes] workspace */
  size_t *holders;   /* [classes] sessions that have it */
} table;

typedef struct {
  int session, truth;
  size_t clip;
} place;

/* A clip without a session is a session of its own. */
static bool same_session(const place *a, const place *b)
{
  return a->session == b->session && a->session >= 0;
}

static int by_session_and_class(const void *x, const void *y)
{
  const place *a = x, *b = y;
  if (a->session != b->session) return a->session < b->session ? -1 : 1;
  if (a->truth != b->truth) return a->truth < b->truth ? -1 : 1;
  return (a->clip > b->clip) - (a->clip < b->clip);
}

/* @p at: clips, sorted. */
static void fill(const cst_trials *t, const place *at, table *out)
{
  for (size_t i = 0; i < t->clips; i++) {
    const bool joins = i > 0 && same_session(&at[i - 1], &at[i]);
    if (!joins) out->sessions++;
    if (!joins || at[i - 1].truth != at[i].truth) {
      out->cell[out->cells++] = (cell){.session = out->sessions - 1, .truth = (size_t)at[i].truth};
      out->holders[at[i].truth]++;
    }
    out->cell[out->cells - 1].clips += 1.0;
    out->clips[at[i].truth] += 1.0;
    for (size_t s = 0; s < t->seeds; s++)
      out->sum[s * out->stride + out->cells - 1] += t->value[s * t->clips + at[i].clip];
  }
  for (size_t k = 0; k < t->classes; k++) out->tested += out->clips[k] > 0.0;
  for (size_t c = 0; c < out->cells; c++)
    for (size_t s = 0; s < t->seeds; s++)
      out->mean[c] += out->sum[s * out->stride + c] / (double)t->seeds;
}

static cst_status table_make(const cst_trials *t, table *out)
{
  cst_status st = CST_OK;
  place *at = NULL;
  *out = (table){.classes = t->classes, .stride = t->clips};
  CST_ALLOC(out->cell, t->clips);
  CST_ALLOC(out->sum, t->seeds * t->clips);
  CST_ALLOC(out->mean, t->clips);
  CST_ALLOC(out->deviation, t->clips);
  CST_ALLOC(out->clips, t->classes);
  CST_ALLOC(out->center, t->classes);
  CST_ALLOC(out->holders, t->classes);
  CST_ALLOC(at, t->clips);
  for (size_t i = 0; i < t->clips; i++) {
    CST_ASSERT(t->truth[i] >= 0 && (size_t)t->truth[i] < t->classes);
    at[i] = (place){t->session[i] < 0 ? -1 : t->session[i], t->truth[i], i};
  }
  qsort(at, t->clips, sizeof *at, by_session_and_class);
  fill(t, at, out);
done:
  cst_free(at);
  return st;
}

static void table_reset(table *self)
{
  cst_free(self->cell);
  cst_free(self->sum);
  cst_free(self->mean);
  cst_free(self->deviation);
  cst_free(self->clips);
  cst_free(self->center);
  cst_free(self->holders);
}

/* --- the parts of the variance --- */

/* Mean of each class, of sums @p sum [cells], into center; the macro average. */
static double class_means(table *t, const double *sum)
{
  double macro = 0.0;
  for (size_t k = 0; k < t->classes; k++) t->center[k] = 0.0;
  for (size_t c = 0; c < t->cells; c++)
    t->center[t->cell[c].truth] += sum[c] / t->clips[t->cell[c].truth];
  for (size_t k = 0; k < t->classes; k++) macro += t->center[k] / (double)t->tested;
  return macro;
}

/* What a cell gives to the mean that it is held against. */
static double leverage(const table *t, const cell *c)
{
  return t->holders[c->truth] > 1 ? c->clips / t->clips[c->truth] : 0.0;
}

static double session_variance(table *t, const double *sum)
{
  const double macro = class_means(t, sum);
  double total = 0.0, of_session = 0.0;
  for (size_t i = 0; i < t->cells; i++) {
    const cell *c = &t->cell[i];
    const double center = t->holders[c->truth] > 1 ? t->center[c->truth] : macro;
    of_session += (sum[i] - c->clips * center) /
                  ((double)t->tested * t->clips[c->truth] * sqrt(1.0 - leverage(t, c)));
    if (i + 1 < t->cells && t->cell[i + 1].session == c->session) continue;
    total += of_session * of_session;
    of_session = 0.0;
  }
  return total;
}

/* Of a session with several classes, 1 - h is their mean by what the session gives to each. */
static double session_freedom(const table *t)
{
  double freedom = 0.0, shares = 0.0, squares = 0.0;
  for (size_t i = 0; i < t->cells; i++) {
    const double h = leverage(t, &t->cell[i]);
    shares += h;
    squares += h * h;
    if (i + 1 < t->cells && t->cell[i + 1].session == t->cell[i].session) continue;
    freedom += shares > 0.0 ? 1.0 - squares / shares : 1.0;
    shares = squares = 0.0;
  }
  return fmax(1.0, freedom);
}

static void find_error(table *t, size_t seeds, cst_estimate *out)
{
  const double pairs = (double)seeds * (double)(seeds - 1);
  const double of_sessions = session_variance(t, t->mean);
  double of_seeds = 0.0, of_both = 0.0;
  for (size_t s = 0; s < seeds && seeds > 1; s++) {
    for (size_t c = 0; c < t->cells; c++) t->deviation[c] = t->sum[s * t->stride + c] - t->mean[c];
    of_both += session_variance(t, t->deviation) / pairs;
    const double apart = class_means(t, t->deviation);
    of_seeds += apart * apart / pairs;
  }
  out->error = sqrt(fmax(of_seeds + of_sessions - of_both, fmax(of_seeds, of_sessions)));
  out->freedom = session_freedom(t);
  if (seeds > 1) out->freedom = fmin(out->freedom, (double)(seeds - 1));
}

cst_status cst_trials_estimate(const cst_trials *trials, size_t family, cst_estimate *out)
{
  cst_status st = CST_OK;
  table t = {0};
  *out =
      (cst_estimate){.mean = NAN, .error = NAN, .freedom = NAN, .interval = {NAN, NAN}, .p = NAN};
  CST_ASSERT(family > 0);
  if (trials->seeds == 0 || trials->clips == 0) goto done;
  CST_TRY(table_make(trials, &t));
  out->mean = class_means(&t, t.mean);
  out->sessions = t.sessions;
  if (t.sessions < 2) goto done;
  find_error(&t, trials->seeds, out);
  /* the rounding of sums that are equal must not pass for a spread */
  if (!(out->error > 1e-12)) goto done;
  const double half = out->error * cst_student_quantile(0.05 / (double)family, out->freedom);
  out->interval = (cst_interval){out->mean - half, out->mean + half};
  if (trials->seeds >= CST_CLAIM_SEEDS)
    out->p = fmin(1.0, (double)family * cst_student_tails(out->mean / out->error, out->freedom));
done:
  table_reset(&t);
  return st;
}
