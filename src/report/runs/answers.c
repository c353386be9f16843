/* Contract in answers.h. */
#include "answers.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

static int by_fold_and_clip(const void *x, const void *y)
{
  const answer *a = x, *b = y;
  const int order = strcmp(a->fold, b->fold);
  return order ? order : strcmp(a->clip, b->clip);
}

static cst_status take_rows(answers *self)
{
  enum { FOLD, CLIP, SESSION, TRUTH, PREDICTED, COUNTS, COLUMNS };
  static const char *const name[] = {"fold", "clip", "session", "truth", "predicted", "counts"};
  cst_status st = CST_OK;
  const cst_table *t = self->table;
  int column[COLUMNS];
  for (int c = 0; c < COLUMNS; c++) CST_TRY(cst_table_need(t, name[c], &column[c]));
  CST_ALLOC(self->row, cst_table_rows(t));
  for (size_t i = 0; i < cst_table_rows(t); i++) {
    const char *truth = cst_table_field(t, i, column[TRUTH]);
    if (strcmp(cst_table_field(t, i, column[COUNTS]), "1") != 0) continue;
    self->row[self->n++] =
        (answer){.fold = cst_table_field(t, i, column[FOLD]),
                 .clip = cst_table_field(t, i, column[CLIP]),
                 .session = cst_table_field(t, i, column[SESSION]),
                 .truth = truth,
                 .right = strcmp(truth, cst_table_field(t, i, column[PREDICTED])) == 0};
  }
  qsort(self->row, self->n, sizeof *self->row, by_fold_and_clip);
done:
  return st;
}

cst_status answers_read(const run_files *run, answers *out)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(run->dir, "predictions/held-out.csv");
  *out = (answers){0};
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!run_is_scored(run))
    CST_FAIL(CST_ERR_DATA,
             "%s: its clips have no labels, so there is nothing to compare; leave it "
             "out, or name a table of labels in dataset.truth and evaluate again",
             run->dir);
  if (!cst_file_exists(path))
    CST_FAIL(CST_ERR_DATA,
             "%s: no such file; make it with: cassette evaluate %s/config.yaml --run %s", path,
             run->dir, run->dir);
  CST_TRY(cst_table_read(path, ',', &out->table));
  CST_TRY(take_rows(out));
done:
  if (st != CST_OK) answers_reset(out);
  cst_free(path);
  return st;
}

cst_status answers_join(size_t n, const answers *const *parts, answers *out)
{
  cst_status st = CST_OK;
  size_t capacity = 0;
  *out = (answers){0};
  for (size_t i = 0; i < n; i++) capacity += parts[i]->n;
  CST_ALLOC(out->row, capacity);
  for (size_t i = 0; i < n; i++) {
    memcpy(out->row + out->n, parts[i]->row, parts[i]->n * sizeof *out->row);
    out->n += parts[i]->n;
  }
  qsort(out->row, out->n, sizeof *out->row, by_fold_and_clip);
done:
  return st;
}

void answers_reset(answers *self)
{
  cst_table_destroy(&self->table);
  cst_free(self->row);
  *self = (answers){0};
}

bool answers_same_clips(const answers *a, const answers *b)
{
  if (a->n != b->n) return false;
  for (size_t i = 0; i < a->n; i++) {
    const answer *x = &a->row[i], *y = &b->row[i];
    if (by_fold_and_clip(x, y) != 0 || strcmp(x->session, y->session) != 0 ||
        strcmp(x->truth, y->truth) != 0)
      return false;
  }
  return true;
}
