/* Teachers from elsewhere.  Contract in cassette/teacher_table.h. */
#include "cassette/teacher_table.h"

#include "layout.h"
#include "nearest.h"
#include "scores.h"

#include "cassette/memory.h"
#include "cassette/opinions.h"
#include "cassette/table.h"

#include <stdlib.h>
#include <string.h>

const char *const cst_scores_names[] = {"auto", "probabilities", "logits", NULL};

/* A file and its digest, which gives the order. */
typedef struct {
  const char *path;
  char digest[CST_DIGEST_HEX];
} table_file;

static int by_digest(const void *a, const void *b)
{
  return strcmp(((const table_file *)a)->digest, ((const table_file *)b)->digest);
}

static cst_status order_files(size_t n, const char *const *paths, table_file *out)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < n; i++) {
    out[i].path = paths[i];
    CST_TRY(cst_digest_file(paths[i], out[i].digest));
  }
  qsort(out, n, sizeof *out, by_digest);
  for (size_t i = 1; i < n; i++)
    if (by_digest(&out[i - 1], &out[i]) == 0)
      CST_FAIL(CST_ERR_DATA, "%s and %s are the same table; name it once", out[i - 1].path,
               out[i].path);
done:
  return st;
}

static cst_status digest_all(size_t n, const table_file *file, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *all = NULL;
  CST_TRY(cst_digest_create(&all));
  for (size_t i = 0; i < n; i++) cst_digest_add(all, file[i].digest, sizeof file[i].digest);
  cst_digest_hex(all, hex);
done:
  cst_digest_destroy(&all);
  return st;
}

/* What a table gives to the mean: logits, or logarithms of probabilities. */
static double logit(cst_scores kind, double value)
{
  return kind == CST_SCORES_LOGITS ? value : cst_opinion_log(value);
}

static cst_status no_clip_known(const scores *s, const cst_names *ids)
{
  char near[128];
  return cst_raise(CST_ERR_DATA,
                   "%s:%zu: no file name of this table is a clip of the data set: "
                   "'%.200s'%s",
                   s->path, s->line[0], s->filename[0],
                   cst_did_you_mean(ids, s->filename[0], near));
}

/* Add a table's rows to the sums; @p last [n]: the table that was last to know a clip, from 1. */
static cst_status add_table(cst_teacher *self, const scores *s, const cst_names *ids, bool alone,
                            size_t number, size_t *last)
{
  size_t known = 0;
  for (size_t row = 0; row < s->rows; row++) {
    const int clip = cst_names_find(ids, s->filename[row]);
    if (clip == CST_NONE) continue;
    if (last[clip] == number)
      return cst_raise(CST_ERR_DATA, "%s:%zu: clip '%.200s' is there twice; remove one of the two",
                       s->path, s->line[row], s->filename[row]);
    last[clip] = number;
    self->tables[clip]++;
    known++;
    for (size_t k = 0; k < s->K; k++) {
      const double value = s->value[row * s->K + k];
      self->p[(size_t)clip * s->K + k] +=
          alone && s->kind == CST_SCORES_PROBABILITIES ? value : logit(s->kind, value);
    }
  }
  self->foreign += s->rows - known;
  return known || !s->rows ? CST_OK : no_clip_known(s, ids);
}

/* p := softmax(z / tables), in place. */
static void normalise(cst_teacher *self)
{
  for (size_t i = 0; i < self->n; i++) {
    double *z = self->p + i * self->K;
    if (!self->tables[i]) continue;
    for (size_t k = 0; k < self->K; k++) z[k] /= self->tables[i];
    cst_opinion_normalise(self->K, z);
  }
}

static cst_status read_tables(cst_teacher *self, size_t n, const table_file *file, cst_scores kind,
                              const cst_dataset *data, const cst_names *ids)
{
  cst_status st = CST_OK;
  scores table = {0};
  bool as_they_are = false;
  size_t *last = NULL;
  CST_ALLOC(last, self->n);
  for (size_t i = 0; i < n; i++) {
    CST_TRY(scores_read(file[i].path, &data->scenes, &table));
    CST_TRY(scores_judge(&table, kind));
    as_they_are = n == 1 && table.kind == CST_SCORES_PROBABILITIES;
    CST_TRY(add_table(self, &table, ids, as_they_are, i + 1, last));
    scores_reset(&table);
  }
  if (!as_they_are) normalise(self);
done:
  scores_reset(&table);
  cst_free(last);
  return st;
}

cst_status cst_teacher_read(size_t n_paths, const char *const *paths, cst_scores kind,
                            const cst_dataset *data, cst_teacher *out)
{
  cst_status st = CST_OK;
  table_file *file = NULL;
  cst_names ids = {0};
  *out = (cst_teacher){.n = data->n, .K = data->scenes.n};
  CST_ALLOC(out->p, cst_product(data->n, data->scenes.n));
  CST_ALLOC(out->tables, data->n);
  CST_ALLOC(file, n_paths);
  CST_TRY(order_files(n_paths, paths, file));
  CST_TRY(digest_all(n_paths, file, out->digest));
  CST_TRY(cst_dataset_ids(data, &ids));
  CST_TRY(read_tables(out, n_paths, file, kind, data, &ids));
done:
  if (st != CST_OK) cst_teacher_reset(out);
  cst_names_reset(&ids);
  cst_free(file);
  return st;
}

void cst_teacher_header(const cst_names *classes, cst_text *out)
{
  cst_text_add(out, "filename");
  for (size_t k = 0; k < classes->n; k++) {
    cst_text_add(out, ",");
    cst_csv_add(out, classes->item[k]);
  }
  cst_text_add(out, "\n");
}

void cst_teacher_row(const char *clip, size_t K, const float *p, cst_text *out)
{
  cst_csv_add(out, clip);
  for (size_t k = 0; k < K; k++) cst_text_add(out, ",%.9g", (double)p[k]);
  cst_text_add(out, "\n");
}

void cst_teacher_reset(cst_teacher *self)
{
  cst_free(self->p);
  cst_free(self->tables);
  *self = (cst_teacher){0};
}
