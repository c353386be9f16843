/* Tables of scores.  Contract in scores.h. */
#include "scores.h"

#include "nearest.h"

#include "cassette/memory.h"
#include "cassette/store.h"
#include "cassette/table.h"
#include "cassette/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double SUM_TOLERANCE = 1e-3; /* float16 and four decimals are within */

static cst_status allocate(scores *out, size_t rows, size_t K)
{
  cst_status st = CST_OK;
  out->rows = rows;
  out->K = K;
  CST_ALLOC(out->filename, rows);
  CST_ALLOC(out->line, rows);
  CST_ALLOC(out->value, cst_product(rows, K));
done:
  return st;
}

void scores_reset(scores *self)
{
  for (size_t i = 0; self->filename && i < self->rows; i++) cst_free(self->filename[i]);
  cst_free(self->filename);
  cst_free(self->line);
  cst_free(self->value);
  *self = (scores){0};
}

/* ---- classes ---- */

/* The class that @p name is, which nothing before was: seen [K]. */
static cst_status find_class(const char *where, const char *name, const cst_names *classes,
                             bool *seen, int *class)
{
  cst_status st = CST_OK;
  char near[128], list[512];
  char *composed = cst_utf8_name(name);
  if (!composed) CST_TRY(cst_no_memory("a class", strlen(name), 1));
  *class = cst_names_find(classes, composed);
  if (*class == CST_NONE) {
    cst_did_you_mean(classes, composed, near);
    CST_FAIL(CST_ERR_DATA, "%s: column '%.200s' is no class of the data set%s%s", where, composed,
             *near ? near : "; the classes are ",
             *near ? "" : cst_names_list(classes, 12, sizeof list, list));
  }
  if (seen[*class])
    CST_FAIL(CST_ERR_DATA, "%s: class '%.200s' is there twice; remove one column", where, composed);
  seen[*class] = true;
done:
  cst_free(composed);
  return st;
}

static cst_status check_all_seen(const char *where, const cst_names *classes, const bool *seen)
{
  for (size_t k = 0; k < classes->n; k++)
    if (!seen[k])
      return cst_raise(CST_ERR_DATA,
                       "%s: no column for class '%.200s'; a teacher judges every class of the data "
                       "set",
                       where, classes->item[k]);
  return CST_OK;
}

/* ---- CSV ---- */

/* The class of each column, CST_NONE: not one of scores. */
static cst_status csv_classes(const cst_table *t, const cst_names *classes, int *class_of)
{
  cst_status st = CST_OK;
  bool *seen = NULL;
  int filename, label;
  char *where = cst_format("%s:%zu", cst_table_name(t), cst_table_header_line(t));
  if (!where) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(seen, classes->n);
  CST_TRY(cst_table_need(t, "filename", &filename));
  CST_TRY(cst_table_find(t, "scene_label", &label));
  for (size_t i = 0; i < cst_table_columns(t); i++) {
    class_of[i] = CST_NONE;
    if ((int)i == filename || (int)i == label) continue;
    CST_TRY(find_class(where, cst_table_heading(t, i), classes, seen, &class_of[i]));
  }
  CST_TRY(check_all_seen(where, classes, seen));
done:
  cst_free(where);
  cst_free(seen);
  return st;
}

/* A decimal number as programs write it; neither hexadecimal nor nan. */
static bool read_number(const char *text, double *out)
{
  char *end;
  if (!*text || text[strspn(text, "+-.0123456789eE")]) return false;
  *out = strtod(text, &end);
  return !*end && isfinite(*out);
}

static cst_status csv_row(const cst_table *t, size_t row, const int *class_of, scores *out)
{
  for (size_t i = 0; i < cst_table_columns(t); i++) {
    const char *text = cst_table_field(t, row, (int)i);
    double *to;
    if (class_of[i] == CST_NONE) continue;
    to = &out->value[row * out->K + (size_t)class_of[i]];
    if (!read_number(text, to))
      return cst_raise(CST_ERR_DATA, "%s:%zu: '%.80s' for class '%.200s' is no finite number",
                       cst_table_name(t), cst_table_line(t, row), text, cst_table_heading(t, i));
  }
  return CST_OK;
}

static cst_status read_csv(const char *path, const cst_names *classes, scores *out)
{
  cst_status st = CST_OK;
  cst_table *t = NULL;
  int *class_of = NULL, filename;
  CST_TRY(cst_table_read(path, 0, &t));
  CST_ALLOC(class_of, cst_table_columns(t));
  CST_TRY(csv_classes(t, classes, class_of));
  CST_TRY(cst_table_need(t, "filename", &filename));
  CST_TRY(allocate(out, cst_table_rows(t), classes->n));
  for (size_t row = 0; row < out->rows; row++) {
    out->line[row] = cst_table_line(t, row);
    out->filename[row] = cst_strdup(cst_table_field(t, row, filename));
    if (!out->filename[row]) CST_TRY(cst_no_memory("file names", out->rows, 1));
    CST_TRY(csv_row(t, row, class_of, out));
  }
done:
  cst_free(class_of);
  cst_table_destroy(&t);
  return st;
}

/* ---- HDF5 ---- */

static const char *const arrays[] = {
    [CST_SCORES_PROBABILITIES] = "probabilities", [CST_SCORES_LOGITS] = "logits"};

/* Which of the two arrays there is. */
static cst_status hdf5_kind(const char *path, const cst_store *store, cst_scores *kind)
{
  cst_status st = CST_OK;
  bool logits, probabilities;
  CST_TRY(cst_store_look(store, "logits", &logits));
  CST_TRY(cst_store_look(store, "probabilities", &probabilities));
  if (logits == probabilities)
    CST_FAIL(CST_ERR_DATA, "%s: has %s; a teacher's file has one of them", path,
             logits ? "both /logits and /probabilities" : "neither /logits nor /probabilities");
  *kind = logits ? CST_SCORES_LOGITS : CST_SCORES_PROBABILITIES;
done:
  return st;
}

static cst_status hdf5_classes(const char *path, const cst_store *store, const cst_names *classes,
                               size_t *columns, int **class_of)
{
  cst_status st = CST_OK;
  char **name = NULL;
  bool *seen = NULL;
  char *where = cst_format("%s: /classes", path);
  if (!where) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(seen, classes->n);
  CST_TRY(cst_store_read_strings(store, "classes", columns, &name));
  CST_ALLOC(*class_of, *columns);
  for (size_t i = 0; i < *columns; i++)
    CST_TRY(find_class(where, name[i], classes, seen, &(*class_of)[i]));
  CST_TRY(check_all_seen(where, classes, seen));
done:
  cst_free(where);
  cst_free(name);
  cst_free(seen);
  return st;
}

static cst_status hdf5_values(const cst_store *store, const int *class_of, scores *out)
{
  cst_status st = CST_OK;
  const char *name = arrays[out->kind];
  double *stored = NULL;
  size_t dims, shape[CST_STORE_MAX_DIMS];
  CST_TRY(cst_store_shape(store, name, &dims, shape));
  if (dims != 2 || shape[0] != out->rows || shape[1] != out->K)
    CST_FAIL(CST_ERR_DATA, "%s: /%s is not [%zu][%zu], files and classes", out->path, name,
             out->rows, out->K);
  CST_ALLOC(stored, out->rows * out->K);
  CST_TRY(cst_store_read(store, name, CST_F64, out->rows * out->K, stored));
  for (size_t i = 0; i < out->rows * out->K; i++) {
    const size_t row = i / out->K;
    if (!isfinite(stored[i]))
      CST_FAIL(CST_ERR_DATA, "%s: /%s row %zu ('%.200s') has a number that is not finite",
               out->path, name, row + 1, out->filename[row]);
    out->value[row * out->K + (size_t)class_of[i % out->K]] = stored[i];
  }
done:
  cst_free(stored);
  return st;
}

static cst_status read_hdf5(const char *path, const cst_names *classes, scores *out)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  char **name = NULL;
  int *class_of = NULL;
  size_t rows = 0, columns = 0;
  CST_TRY(cst_store_open(path, &store));
  CST_TRY(hdf5_kind(path, store, &out->kind));
  CST_TRY(hdf5_classes(path, store, classes, &columns, &class_of));
  CST_TRY(cst_store_read_strings(store, "filename", &rows, &name));
  CST_TRY(allocate(out, rows, columns));
  for (size_t i = 0; i < rows; i++) {
    out->line[i] = i + 1;
    if (!(out->filename[i] = cst_strdup(name[i]))) CST_TRY(cst_no_memory("file names", rows, 1));
  }
  CST_TRY(hdf5_values(store, class_of, out));
done:
  cst_free(name);
  cst_free(class_of);
  cst_store_close(&store);
  return st;
}

cst_status scores_read(const char *path, const cst_names *classes, scores *out)
{
  cst_status st;
  *out = (scores){0};
  out->path = path;
  cst_input_keep(path);
  st = cst_store_is_one(path) ? read_hdf5(path, classes, out) : read_csv(path, classes, out);
  if (st != CST_OK) scores_reset(out);
  return st;
}

/* ---- what the numbers are ---- */

static bool is_distribution(const scores *self, size_t row)
{
  double sum = 0.0;
  for (size_t k = 0; k < self->K; k++) {
    const double p = self->value[row * self->K + k];
    if (p < 0.0) return false;
    sum += p;
  }
  return fabs(sum - 1.0) <= SUM_TOLERANCE;
}

static bool has_negative(const scores *self)
{
  for (size_t i = 0; i < self->rows * self->K; i++)
    if (self->value[i] < 0.0) return true;
  return false;
}

cst_status scores_judge(scores *self, cst_scores asked)
{
  size_t distributions = 0, other = 0;
  if (self->kind == CST_SCORES_AUTO) self->kind = asked;
  if (asked != CST_SCORES_AUTO && asked != self->kind)
    return cst_raise(CST_ERR_DATA, "%s: holds /%s, and the configuration says %s", self->path,
                     arrays[self->kind], arrays[asked]);
  for (size_t i = 0; i < self->rows; i++)
    if (is_distribution(self, i))
      distributions++;
    else if (distributions == i)
      other = i;
  if (self->kind == CST_SCORES_AUTO) /* a few damaged rows do not make probabilities logits */
    self->kind = has_negative(self) && 2 * distributions < self->rows ? CST_SCORES_LOGITS
                                                                      : CST_SCORES_PROBABILITIES;
  if (self->kind == CST_SCORES_LOGITS || distributions == self->rows) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s:%zu: the probabilities of '%.200s' are negative or do not sum to 1; if they "
                   "are logits, say teacher.values: logits",
                   self->path, self->line[other], self->filename[other]);
}
