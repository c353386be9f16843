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

static const char *known(const char *name) { return name ? name : "?"; }

static const cst_tally *side_of(const cst_cell *cell, bool seen)
{
  return seen ? &cell->seen : &cell->unseen;
}

/* Cities with clips of this kind, in order of the cells: [cells] has room for all. */
static size_t list_cities(const cst_metrics *m, bool seen, const char **city)
{
  size_t n = 0;
  for (size_t i = 0; i < m->cells.n; i++) {
    const cst_cell *cell = &m->cells.item[i];
    const char *name = known(cell->city);
    const bool counts = side_of(cell, seen)->clips > 0 || (!seen && cell->not_testable > 0);
    if (counts && find(n, city, name) == n) city[n++] = name;
  }
  return n;
}

static void fill_cell(const cst_cell *cell, bool seen, figure_cell *out)
{
  const cst_tally *t = side_of(cell, seen);
  const int64_t answers = t->answers == CST_NO_COUNT ? t->clips : t->answers;
  if (t->clips > 0) {
    out->share = fmin(1.0, (double)t->correct / (double)answers);
    snprintf(out->text, sizeof out->text, "%.0f", 100.0 * out->share);
  } else if (!seen && cell->not_testable > 0) {
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
  const cst_metrics *m = &run->metrics;
  const char **scene = NULL, **city = NULL;
  figure_cell *cell = NULL;
  size_t classes = 0, tested = 0;
  figure self;
  CST_TRY(run_classes(run, &scene, &classes));
  CST_ALLOC(city, m->cells.n);
  const size_t cities = list_cities(m, seen, city);
  if (cities == 0 || classes == 0) goto done;
  CST_ALLOC(cell, cities * classes);
  for (size_t i = 0; i < cities * classes; i++) cell[i].share = NAN;
  for (size_t i = 0; i < m->cells.n; i++) {
    const cst_cell *one = &m->cells.item[i];
    const size_t c = find(cities, city, known(one->city));
    const size_t k = find(classes, scene, known(one->class));
    if (c < cities && k < classes) fill_cell(one, seen, &cell[c * classes + k]);
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
