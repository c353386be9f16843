/* Contract in answer.h. */
#include "answer.h"

#include "cassette/memory.h"
#include "cassette/opinions.h"
#include "cassette/table.h"

#include <string.h>

enum { TOP = 3 };

cst_status answer_add(answer *self, size_t classes, uint64_t first, uint64_t n, size_t *at)
{
  if (self->windows == self->capacity) {
    const size_t more = self->capacity ? 2 * self->capacity : 1;
    heard_window *window = cst_realloc(self->window, more, sizeof *window);
    if (window) self->window = window;
    double *p = window ? cst_realloc(self->p, more * classes, sizeof *p) : NULL;
    if (!p) return cst_no_memory("windows of a recording", more, classes * sizeof *p);
    self->p = p;
    self->capacity = more;
  }
  *at = self->windows++;
  self->window[*at] = (heard_window){first, n};
  return CST_OK;
}

void answer_reset(answer *self)
{
  cst_free(self->window);
  cst_free(self->p);
  *self = (answer){0};
}

void answer_pool(const answer *self, size_t classes, double *pool)
{
  if (self->windows == 1) { /* one voice stays itself, to the bit */
    memcpy(pool, self->p, classes * sizeof *pool);
    return;
  }
  memset(pool, 0, classes * sizeof *pool);
  for (size_t w = 0; w < self->windows; w++)
    for (size_t k = 0; k < classes; k++) pool[k] += cst_opinion_log(self->p[w * classes + k]);
  for (size_t k = 0; k < classes; k++) pool[k] /= (double)self->windows;
  cst_opinion_normalise(classes, pool);
}

/* Indices of the greatest probabilities, the first of equal ones first; their number. */
static size_t find_top(size_t classes, const double *p, size_t top[TOP])
{
  size_t n = 0;
  for (size_t k = 0; k < classes; k++) {
    size_t at = n;
    while (at > 0 && p[k] > p[top[at - 1]]) at--;
    if (at == TOP) continue;
    if (n < TOP) n++;
    memmove(top + at + 1, top + at, (n - 1 - at) * sizeof *top);
    top[at] = k;
  }
  return n;
}

/* --- CSV --- */

void answer_add_header(const cst_classifier *by, const cst_classify_options *options, cst_text *out)
{
  if (options->format != CST_ANSWERS_CSV) return;
  cst_text_add(out, "filename,start_s,end_s,scene_label,confidence,second,second_confidence,third,"
                    "third_confidence");
  for (size_t k = 0; options->probabilities && k < by->classes.n; k++) {
    cst_text_add(out, ",");
    cst_csv_add(out, by->classes.item[k]);
  }
  cst_text_add(out, "\n");
}

/* What a line tells. */
typedef struct {
  const char *path;
  double start_s, end_s;
  size_t windows;
  const double *p;    /* confidence by class */
  size_t top[TOP], n; /* the greatest of them */
  const char *label;
} told;

static void add_row(const told *t, const cst_classifier *by, const cst_classify_options *options,
                    cst_text *out)
{
  cst_csv_add(out, t->path);
  cst_text_add(out, ",%.3f,%.3f", t->start_s, t->end_s);
  for (size_t i = 0; i < TOP; i++) {
    cst_text_add(out, ",");
    if (i < t->n) cst_csv_add(out, i == 0 ? t->label : by->classes.item[t->top[i]]);
    cst_text_add(out, ",");
    if (i < t->n) cst_text_add(out, "%.6f", t->p[t->top[i]]);
  }
  for (size_t k = 0; options->probabilities && k < by->classes.n; k++)
    cst_text_add(out, ",%.9g", t->p[k]);
  cst_text_add(out, "\n");
}

/* --- JSON --- */

static cst_status add_object(const told *t, const cst_classifier *by,
                             const cst_classify_options *options, cst_text *out)
{
  cst_status st = CST_OK;
  cst_json *json = cst_json_object(), *list = cst_json_array(), *all = NULL;
  char *text = NULL;
  CST_ASSERT(t->n > 0);
  cst_json_set_string(json, "filename", t->path);
  cst_json_set_number(json, "start_s", t->start_s);
  cst_json_set_number(json, "end_s", t->end_s);
  if (!options->windows) cst_json_set_integer(json, "windows", (int64_t)t->windows);
  cst_json_set_string(json, "scene_label", t->label);
  cst_json_set_number(json, "confidence", t->p[t->top[0]]);
  for (size_t i = 0; i < t->n; i++) {
    cst_json *one = cst_json_object();
    cst_json_set_string(one, "scene_label", by->classes.item[t->top[i]]);
    cst_json_set_number(one, "confidence", t->p[t->top[i]]);
    cst_json_append(list, one);
  }
  cst_json_set(json, "top", list);
  if (options->probabilities) {
    all = cst_json_object();
    for (size_t k = 0; k < by->classes.n; k++)
      cst_json_set_number(all, by->classes.item[k], t->p[k]);
    cst_json_set(json, "probabilities", all);
  }
  CST_TRY(cst_json_text(json, 0, &text));
  cst_text_add(out, "%s\n", text);
done:
  cst_free(text);
  cst_json_destroy(&json);
  return st;
}

/* Of probabilities @p p [classes].  Their order is taken before they are calibrated, which could make two
 * of them equal. */
static cst_status add_line(told t, const double *p, const cst_classifier *by,
                           const cst_classify_options *options, cst_text *out)
{
  cst_status st = CST_OK;
  double *q = NULL;
  t.n = find_top(by->classes.n, p, t.top);
  t.p = p;
  if (by->temperature > 0.0 && !options->raw) {
    CST_ALLOC(q, by->classes.n);
    cst_opinion_temper(by->classes.n, by->temperature, p, q);
    t.p = q;
  }
  t.label = t.p[t.top[0]] < options->unknown_below ? CST_UNKNOWN : by->classes.item[t.top[0]];
  if (options->format == CST_ANSWERS_JSONL)
    CST_TRY(add_object(&t, by, options, out));
  else
    add_row(&t, by, options, out);
done:
  cst_free(q);
  return st;
}

cst_status answer_add_lines(const answer *self, const cst_classifier *by,
                            const cst_classify_options *options, const char *path, cst_text *out)
{
  cst_status st = CST_OK;
  const size_t K = by->classes.n;
  const double rate_hz = by->spec.rate_hz;
  const heard_window *last = &self->window[self->windows - 1];
  double *pool = NULL;
  for (size_t w = 0; options->windows && w < self->windows; w++) {
    const heard_window *h = &self->window[w];
    const told window = {.path = path,
                         .start_s = (double)h->first / rate_hz,
                         .end_s = (double)(h->first + h->n) / rate_hz};
    CST_TRY(add_line(window, self->p + w * K, by, options, out));
  }
  if (options->windows) goto done;
  CST_ALLOC(pool, K);
  answer_pool(self, K, pool);
  const told whole = {
      .path = path, .end_s = (double)(last->first + last->n) / rate_hz, .windows = self->windows};
  CST_TRY(add_line(whole, pool, by, options, out));
done:
  cst_free(pool);
  return st == CST_OK ? cst_text_status(out) : st;
}
