/* Contract in teachers.h. */
#include "teachers.h"

#include <string.h>

bool teachers_may_leak(const run_files *run)
{
  const cst_metrics *m = &run->metrics;
  if (!m->teachers.there || (m->protocol && strcmp(m->protocol, "official") == 0)) return false;
  for (size_t i = 0; i < m->folds.n; i++)
    for (size_t j = 0; j < i; j++) {
      const char *one = m->folds.item[i].teacher, *other = m->folds.item[j].teacher;
      if (one && other && strcmp(one, other) == 0) return true;
    }
  return !m->teachers.by_fold;
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
  const cst_teachers_note *teachers = &run->metrics.teachers;
  if (!teachers->there) return;
  pen_paragraph(page);
  pen_say(page, "Its teachers are from outside");
  list_names(page, teachers->files, ": tables ");
  list_names(page, teachers->runs, ": the models of ");
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

static cst_status check_fold(const run_files *a, const run_files *b, const cst_fold_metrics *f)
{
  const cst_fold_metrics *g = f->last.name ? cst_metrics_fold(&b->metrics, f->last.name) : NULL;
  if (!g || !f->teacher || !g->teacher || strcmp(f->teacher, g->teacher) == 0) return CST_OK;
  return cst_raise(
      CST_ERR_DATA,
      "%s and %s do not compare: their teachers' tables of fold %s have the same names and "
      "differ (digests %s and %s); report them one by one",
      a->dir, b->dir, f->last.name, f->teacher, g->teacher);
}

cst_status teachers_check(const run_files *a, const run_files *b)
{
  cst_status st = CST_OK;
  const cst_teachers_note *x = &a->metrics.teachers, *y = &b->metrics.teachers;
  if (!x->there || !y->there || !same_names(x->files, y->files) || !same_names(x->runs, y->runs))
    return CST_OK;
  for (size_t i = 0; i < a->metrics.folds.n; i++)
    CST_TRY(check_fold(a, b, &a->metrics.folds.item[i]));
done:
  return st;
}
