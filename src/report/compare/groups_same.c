/* Which runs compare: contract in groups.h. */
#include "groups.h"

#include "findings.h"
#include "teachers.h"

#include <string.h>

static const char *digest(const run_files *run, const char *name)
{
  return cst_json_get_string(cst_json_get(run->metrics, "digests"), name, NULL);
}

static cst_status check_digest(const run_files *a, const run_files *b, const char *name)
{
  const char *x = digest(a, name), *y = digest(b, name);
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

static cst_status check_protocol(const run_files *a, const run_files *b)
{
  const char *x = cst_json_get_string(a->metrics, "protocol", "");
  const char *y = cst_json_get_string(b->metrics, "protocol", "");
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
  const cst_json *x = cst_json_get(a->metrics, "folds"), *y = cst_json_get(b->metrics, "folds");
  if (cst_json_get_integer(a->metrics, "seed", -1) != cst_json_get_integer(b->metrics, "seed", -1))
    return CST_OK;
  if (run_labels(a) != run_labels(b)) return CST_OK;
  for (size_t i = 0; i < cst_json_size(x); i++)
    for (size_t j = 0; j < cst_json_size(y); j++) {
      const cst_json *f = cst_json_at(x, i), *g = cst_json_at(y, j);
      const char *name = cst_json_get_string(f, "name", "");
      const char *p = cst_json_get_string(f, "split", ""), *q = cst_json_get_string(g, "split", "");
      if (strcmp(name, cst_json_get_string(g, "name", "")) != 0 || strcmp(p, q) == 0) continue;
      return cst_raise(
          CST_ERR_DATA,
          "%s and %s do not compare: the splits of fold %s differ (digests %s and %s); "
          "report them one by one",
          a->dir, b->dir, name, p, q);
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
    CST_TRY(check_digest(runs[0], runs[i], "data"));
    CST_TRY(check_digest(runs[0], runs[i], "features"));
  }
done:
  return st;
}
