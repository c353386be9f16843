/* The city x class grids.  Contract in figures.h. */
#include "figures.h"

#include "figure_matrix.h"
#include "findings.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t find(size_t n, const char *const *names, const char *name)
{
  size_t i = 0;
  while (i < n && strcmp(names[i], name) != 0) i++;
  return i;
}

static int64_t clips_of(const cst_json *cell, const char *group)
{
  return cst_json_get_integer(cst_json_get(cell, group), "clips", 0);
}

/* Cities with clips of this kind, in order of the cells: [cells] has room for all. */
static size_t list_cities(const cst_json *cells, const char *group, const char **city)
{
  size_t n = 0;
  for (size_t i = 0; i < cst_json_size(cells); i++) {
    const cst_json *cell = cst_json_at(cells, i);
    const char *name = cst_json_get_string(cell, "city", "?");
    const bool counts =
        clips_of(cell, group) > 0 ||
        (strcmp(group, "unseen") == 0 && cst_json_get_integer(cell, "not_testable", 0) > 0);
    if (counts && find(n, city, name) == n) city[n++] = name;
  }
  return n;
}

static void fill_cell(const cst_json *cell, const char *group, figure_cell *out)
{
  const int64_t clips = clips_of(cell, group);
  const int64_t answers = cst_json_get_integer(cst_json_get(cell, group), "answers", clips);
  const int64_t right = cst_json_get_integer(cst_json_get(cell, group), "correct", 0);
  if (clips > 0) {
    out->share = fmin(1.0, (double)right / (double)answers);
    snprintf(out->text, sizeof out->text, "%.0f", 100.0 * out->share);
  } else if (strcmp(group, "unseen") == 0 && cst_json_get_integer(cell, "not_testable", 0) > 0) {
    snprintf(out->text, sizeof out->text, "×");
  }
}

static void describe(figure *self, bool seen, size_t tested, size_t cells)
{
  cst_text_add(&self->alt, "Accuracy in %% by city and class: %zu of %zu cells can be tested.",
               tested, cells);
  cst_text_add(&self->caption,
               seen ? "Cities seen in training: accuracy in %% on recording sessions that were "
                      "held out. "
                    : "Cities never seen: accuracy in %% by city and class. ");
  cst_text_add(&self->caption, "%zu of %zu cells can be tested; an empty cell has no clips", tested,
               cells);
  cst_text_add(&self->caption, seen ? "." : ", × marks a class the fold never trained on.");
}

cst_status figure_cells(pen *page, const run_files *run, bool seen)
{
  cst_status st = CST_OK;
  const cst_json *cells = run_metric(run, "cells");
  const char *group = seen ? "seen" : "unseen", **scene = NULL, **city = NULL;
  figure_cell *cell = NULL;
  size_t classes = 0, tested = 0;
  figure self;
  CST_TRY(run_classes(run, &scene, &classes));
  CST_ALLOC(city, cst_json_size(cells));
  const size_t cities = list_cities(cells, group, city);
  if (cities == 0 || classes == 0) goto done;
  CST_ALLOC(cell, cities * classes);
  for (size_t i = 0; i < cities * classes; i++) cell[i].share = NAN;
  for (size_t i = 0; i < cst_json_size(cells); i++) {
    const cst_json *one = cst_json_at(cells, i);
    const size_t c = find(cities, city, cst_json_get_string(one, "city", "?"));
    const size_t k = find(classes, scene, cst_json_get_string(one, "class", "?"));
    if (c < cities && k < classes) fill_cell(one, group, &cell[c * classes + k]);
  }
  for (size_t i = 0; i < cities * classes; i++) tested += isfinite(cell[i].share);
  const figure_matrix matrix = {cities, classes, city, scene, cell};
  figure_matrix_begin(&self, seen ? "figure-seen" : "figure-unseen",
                      seen ? "Cities seen in training" : "Cities never seen", &matrix);
  describe(&self, seen, tested, cities * classes);
  figure_end(&self, page);
done:
  cst_free(cell);
  cst_free(city);
  cst_free(scene);
  return st;
}
