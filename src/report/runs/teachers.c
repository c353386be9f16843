/* Contract in teachers.h. */
#include "teachers.h"

#include <string.h>

static const char *table_of(const cst_json *fold)
{
  return cst_json_get_string(fold, "teacher", NULL);
}

bool teachers_may_leak(const run_files *run)
{
  const cst_json *teachers = cst_json_get(run->metrics, "teachers");
  const cst_json *folds = cst_json_get(run->metrics, "folds");
  if (!teachers || strcmp(cst_json_get_string(run->metrics, "protocol", ""), "official") == 0)
    return false;
  for (size_t i = 0; i < cst_json_size(folds); i++)
    for (size_t j = 0; j < i; j++) {
      const char *one = table_of(cst_json_at(folds, i)), *other = table_of(cst_json_at(folds, j));
      if (one && other && strcmp(one, other) == 0) return true;
    }
  return !cst_json_get_bool(teachers, "by_fold", true);
}

static void list_names(pen *page, const cst_json *names, const char *before)
{
  for (size_t i = 0; i < cst_json_size(names); i++) {
    pen_say(page, "%s", i ? ", " : before);
    pen_code(page, cst_json_string(cst_json_at(names, i), ""));
  }
}

void teachers_write(pen *page, const run_files *run)
{
  const cst_json *teachers = cst_json_get(run->metrics, "teachers");
  if (!teachers) return;
  pen_paragraph(page);
  pen_say(page, "Its teachers are from outside");
  list_names(page, cst_json_get(teachers, "files"), ": tables ");
  list_names(page, cst_json_get(teachers, "runs"), ": the models of ");
  pen_say(page, ". ");
  if (teachers_may_leak(run)) {
    pen_strong(page, true);
    pen_say(page, "May leak:");
    pen_strong(page, false);
    pen_say(page,
            " folds have the same tables, and a teacher that trained on a held-out city has told "
            "of it. ");
  }
  pen_end_paragraph(page);
}

static bool same_names(const cst_json *a, const cst_json *b)
{
  if (cst_json_size(a) != cst_json_size(b)) return false;
  for (size_t i = 0; i < cst_json_size(a); i++)
    if (strcmp(cst_json_string(cst_json_at(a, i), ""), cst_json_string(cst_json_at(b, i), "")) != 0)
      return false;
  return true;
}

static cst_status check_fold(const run_files *a, const run_files *b, const cst_json *f,
                             const cst_json *g)
{
  const char *name = cst_json_get_string(f, "name", "");
  const char *one = table_of(f), *other = table_of(g);
  if (strcmp(name, cst_json_get_string(g, "name", "")) != 0 || !one || !other ||
      strcmp(one, other) == 0)
    return CST_OK;
  return cst_raise(
      CST_ERR_DATA,
      "%s and %s do not compare: their teachers' tables of fold %s have the same names and "
      "differ (digests %s and %s); report them one by one",
      a->dir, b->dir, name, one, other);
}

cst_status teachers_check(const run_files *a, const run_files *b)
{
  cst_status st = CST_OK;
  const cst_json *x = cst_json_get(a->metrics, "teachers"),
                 *y = cst_json_get(b->metrics, "teachers");
  const cst_json *folds = cst_json_get(a->metrics, "folds"),
                 *others = cst_json_get(b->metrics, "folds");
  if (!x || !y || !same_names(cst_json_get(x, "files"), cst_json_get(y, "files")) ||
      !same_names(cst_json_get(x, "runs"), cst_json_get(y, "runs")))
    return CST_OK;
  for (size_t i = 0; i < cst_json_size(folds); i++)
    for (size_t j = 0; j < cst_json_size(others); j++)
      CST_TRY(check_fold(a, b, cst_json_at(folds, i), cst_json_at(others, j)));
done:
  return st;
}
