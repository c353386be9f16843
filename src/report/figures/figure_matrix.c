/* Contract in figure_matrix.h. */
#include "figure_matrix.h"

#include "svg.h"

#include <math.h>

enum { CELL_MOST = 25, CELL_LEAST = 10, TEXT_LEAST = 18, TOP = 4, RIGHT = 8 };

/* A strong tint still lets the ink be read in light and in dark. */
static const double strongest = 0.6, empty = 0.05;

static void add_names(figure *self, const char *axis, bool slanted, size_t n,
                      const char *const *name)
{
  cst_text_add(&self->script, "set %stics (", axis);
  for (size_t i = 0; i < n; i++) {
    cst_text_add(&self->script, i ? ", " : "");
    figure_tic(self, name[i]);
    cst_text_add(&self->script, " %zu", i);
  }
  cst_text_add(&self->script, ")%s\n", slanted ? " rotate by 45 right" : "");
}

static void add_texts(figure *self, const figure_matrix *m)
{
  for (size_t i = 0; i < m->rows * m->columns; i++) {
    if (!m->cell[i].text[0]) continue;
    cst_text_add(&self->script, "set label ");
    figure_string(self, m->cell[i].text);
    cst_text_add(&self->script, " at %zu,%zu center font ',9' textcolor rgb ink front\n",
                 i % m->columns, i / m->columns);
  }
}

void figure_matrix_begin(figure *self, const char *id, const char *title, const figure_matrix *m)
{
  const int left = figure_tic_width(m->rows, m->row);
  const int name = figure_tic_width(m->columns, m->column);
  const int columns = (int)m->columns;
  int side = (FIGURE_WIDTH - left - RIGHT) / columns;
  side = side > CELL_MOST ? CELL_MOST : side < CELL_LEAST ? CELL_LEAST : side;
  const bool slanted = name - 12 > side; /* names that do not fit below their column */
  const int bottom = slanted ? 10 + name * 62 / 100 : 26;
  const int width = left + columns * side + RIGHT;
  const int spare = width < FIGURE_WIDTH ? FIGURE_WIDTH - width : 0;
  figure_begin(self, id, title, width + spare, TOP + (int)m->rows * side + bottom);
  figure_margins(self, left, RIGHT + spare, TOP, bottom);
  cst_text_add(&self->script, "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\n", m->columns - 1,
               m->rows - 1);
  add_names(self, "x", slanted, m->columns, m->column);
  add_names(self, "y", false, m->rows, m->row);
  if (side >= TEXT_LEAST) add_texts(self, m);
  cst_text_add(&self->script, "$cells << END\n");
  for (size_t i = 0; i < m->rows * m->columns; i++) {
    const figure_cell *c = &m->cell[i];
    const bool tinted = isfinite(c->share);
    const colour tint = !tinted ? INK : c->second ? SECOND : FIRST;
    const double covers = tinted ? empty + (strongest - empty) * c->share : empty;
    cst_text_add(&self->script, "%zu %zu %d %.9g\n", i % m->columns, i / m->columns, (int)tint,
                 255.0 * (1.0 - covers));
  }
  cst_text_add(&self->script,
               "END\n"
               "rgb(c) = c == %d ? rgb_%d : c == %d ? rgb_%d : rgb_%d\n"
               "plot $cells using 1:2:(0.47):(0.47):"
               "(int($4 + 0.5) * 16777216 + rgb($3)) with boxxyerror "
               "lc rgb variable\n",
               FIRST, FIRST, SECOND, SECOND, INK);
}
