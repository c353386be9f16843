/* Which runs compare: contract in groups.h. */
#include "groups.h"

#include "findings.h"
#include "teachers.h"

#include <string.h>

/* Digests @p x of @p a and @p y of @p b. */
static cst_status check_digest(const run_files *a, const run_files *b, const char *name,
                               const char *x, const char *y)
{
  const run_files *lacking = !x ? a : b;
  if (!x || !y)
    return cst_raise(
        CST_ERR_DATA,
        "%s/metrics.json: says nothing of its %s; make it anew with: cassette evaluate "
        "%s/config.yaml --run %s",
        lacking->dir, name, lacking->dir, lacking->dir);
  if (strcmp(x, y) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s and %s do not compare: their %s differ (digests %s and %s); report them one "
                   "by one",
                   a->dir, b->dir, name, x, y);
}

static const char *text(const char *value) { return value ? value : ""; }

static cst_status check_protocol(const run_files *a, const run_files *b)
{
  const char *x = text(a->metrics.protocol), *y = text(b->metrics.protocol);
  if (strcmp(x, y) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s and %s do not compare: their protocols differ (%s and %s); report them one "
                   "by one",
                   a->dir, b->dir, x, y);
}

/* The same fold of the same seed is the same split, whatever else differs; but where another share of the
 * labels is hidden, the roles of other clips differ, and those held out are compared one by one
 * (groups_figures.c). */
static cst_status check_splits(const run_files *a, const run_files *b)
{
  if (a->metrics.seed != b->metrics.seed || run_labels(a) != run_labels(b)) return CST_OK;
  for (size_t i = 0; i < a->metrics.folds.n; i++) {
    const cst_fold_metrics *f = &a->metrics.folds.item[i];
    const cst_fold_metrics *g = cst_metrics_fold(&b->metrics, text(f->last.name));
    if (!g || strcmp(text(f->split), text(g->split)) == 0) continue;
    return cst_raise(CST_ERR_DATA,
                     "%s and %s do not compare: the splits of fold %s differ (digests %s and %s); "
                     "report them one by one",
                     a->dir, b->dir, f->last.name, text(f->split), text(g->split));
  }
  return CST_OK;
}

cst_status groups_check(size_t n, const run_files *const *runs)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) {
      CST_TRY(check_splits(runs[j], runs[i]));
      CST_TRY(teachers_check(runs[j], runs[i]));
    }
  for (size_t i = 0; i < n; i++) {
    CST_TRY(check_protocol(runs[0], runs[i]));
    CST_TRY(check_digest(runs[0], runs[i], "data", runs[0]->metrics.digests.data,
                         runs[i]->metrics.digests.data));
    CST_TRY(check_digest(runs[0], runs[i], "features", runs[0]->metrics.digests.features,
                         runs[i]->metrics.digests.features));
  }
done:
  return st;
}
