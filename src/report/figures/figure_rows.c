/* Contract in figure_rows.h. */
#include "figure_rows.h"

#include "cassette/memory.h"

#include <math.h>

enum { ROW = 22, TOP = 8, RIGHT = 40, BOTTOM = 26 };

bool figure_rows_any(const figure_rows *rows)
{
  for (size_t i = 0; i < rows->n; i++)
    if (isfinite(rows->row[i].value)) return true;
  return false;
}

/* All that is drawn, and for differences 0. */
static void data_range(const figure_rows *rows, double *low, double *high)
{
  const bool difference = rows->axis == ROWS_DIFFERENCE;
  *low = difference ? 0.0 : 1.0;
  *high = 0.0;
  for (size_t i = 0; i < rows->n; i++) {
    const figure_row *r = &rows->row[i];
    const double values[] = {r->value, r->low, r->high, r->other};
    for (size_t v = 0; v < 4; v++) {
      if (!isfinite(values[v])) continue;
      *low = fmin(*low, values[v]);
      *high = fmax(*high, values[v]);
    }
  }
}

/* Tics in whole hundredths, at most six, around the data. */
static void add_axis(figure *self, const figure_rows *rows)
{
  static const double steps[] = {0.01, 0.02, 0.05, 0.1, 0.2};
  const bool difference = rows->axis == ROWS_DIFFERENCE;
  double low, high, step = 0.2;
  if (rows->axis == ROWS_WHOLE) {
    figure_percent_axis(self, "x");
    return;
  }
  data_range(rows, &low, &high);
  for (size_t i = sizeof steps / sizeof *steps; i-- > 0;)
    if ((high - low) / steps[i] < 4.0) step = steps[i];
  long first = lround(floor(low / step - 0.1)), last = lround(ceil(high / step + 0.1));
  if (!difference && first < 0) first = 0;
  if (!difference && (double)last * step > 1.0) last = lround(1.0 / step);
  cst_text_add(&self->script, "set xrange [%.6f:%.6f]\nset xtics (", (double)first * step,
               (double)last * step);
  for (long i = first; i <= last; i++) {
    cst_text_add(&self->script, i > first ? ", '" : "'");
    cst_text_add(&self->script, difference && i != 0 ? "%+.0f" : "%.0f", 100.0 * (double)i * step);
    cst_text_add(&self->script, "%s' %.6f", i < last || difference ? "" : " %%", (double)i * step);
  }
  cst_text_add(&self->script, ")\nset grid xtics lt 1 lw 1 lc rgb faint\n");
}

static void add_names(figure *self, const figure_rows *rows)
{
  cst_text_add(&self->script, "set yrange [%zu.5:-0.5]\nset ytics (", rows->n - 1);
  for (size_t i = 0; i < rows->n; i++) {
    cst_text_add(&self->script, i ? ", " : "");
    figure_tic(self, rows->row[i].name);
    cst_text_add(&self->script, " %zu", i);
  }
  cst_text_add(&self->script, ")\n");
  for (size_t i = 0; i < rows->n; i++) {
    if (isfinite(rows->row[i].value))
      cst_text_add(&self->script,
                   rows->axis == ROWS_DIFFERENCE ? "set label '%+.1f' " : "set label '%.1f' ",
                   100.0 * rows->row[i].value);
    else
      cst_text_add(&self->script, "set label '–' ");
    cst_text_add(&self->script, "at screen %.4f, first %zu right textcolor rgb ink\n",
                 1.0 - 2.0 / self->width, i);
  }
}

static bool any(const figure_rows *rows, size_t member)
{
  for (size_t i = 0; i < rows->n; i++) {
    const figure_row *r = &rows->row[i];
    if (isfinite(member == 0 ? r->low : r->other)) return true;
  }
  return false;
}

void figure_rows_begin(figure *self, const char *id, const char *title, const figure_rows *rows)
{
  const char **name = cst_alloc(rows->n, sizeof *name);
  for (size_t i = 0; name && i < rows->n; i++) name[i] = rows->row[i].name;
  figure_begin(self, id, title, FIGURE_WIDTH, TOP + ROW * (int)rows->n + BOTTOM);
  figure_margins(self, name ? figure_tic_width(rows->n, name) : 120, RIGHT, TOP, BOTTOM);
  cst_free(name);
  add_axis(self, rows);
  add_names(self, rows);
  if (isfinite(rows->reference))
    cst_text_add(&self->script,
                 "set arrow from %.6f, graph 0 to %.6f, graph 1 nohead lw 1 dt (4,3) lc rgb ink\n",
                 rows->reference, rows->reference);
  for (size_t i = 1; i < rows->n; i++)
    if (rows->row[i].apart)
      cst_text_add(&self->script,
                   "set arrow from graph 0, first %zu.5 to graph 1, first %zu.5 nohead lw 1 lc rgb "
                   "faint\n",
                   i - 1, i - 1);
  cst_text_add(&self->script, "$rows << END\n");
  for (size_t i = 0; i < rows->n; i++) {
    const figure_row *r = &rows->row[i];
    const double values[] = {r->value, r->low, r->high, r->other};
    cst_text_add(&self->script, "%zu", i);
    for (size_t v = 0; v < 4; v++) {
      cst_text_add(&self->script, " ");
      figure_number(self, values[v]);
    }
    cst_text_add(&self->script, "\n");
  }
  cst_text_add(&self->script, "END\nplot ");
  if (rows->axis == ROWS_WHOLE)
    cst_text_add(&self->script,
                 "$rows using (0):1:2:(0) with vectors nohead lw 7 lc rgb soft_first, ");
  if (any(rows, 0))
    cst_text_add(&self->script,
                 "$rows using 3:1:($4-$3):(0) with vectors nohead lw 1.6 lc rgb first, ");
  if (any(rows, 1))
    cst_text_add(&self->script,
                 "$rows using 5:($1-0.34):(0):(0.68) with vectors nohead lw 2.6 lc rgb second, ");
  cst_text_add(&self->script, "$rows using 2:1 with points pt 7 ps 0.5 lc rgb first\n");
}
