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

/* Whole tenths around all that is drawn. */
static void axis_range(const figure_rows *rows, double *low, double *high)
{
  *low = 1.0;
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
  *low = fmax(0.0, floor(10.0 * *low - 0.2) / 10.0);
  *high = fmin(1.0, ceil(10.0 * *high + 0.2) / 10.0);
}

static void add_axis(figure *self, const figure_rows *rows)
{
  double low, high;
  if (rows->from_zero) {
    figure_percent_axis(self, "x");
    return;
  }
  axis_range(rows, &low, &high);
  const double step = high - low > 0.55 ? 0.2 : 0.1;
  cst_text_add(&self->script, "set xrange [%.1f:%.1f]\nset xtics (", low, high);
  for (int i = 0; low + i * step < high + 1e-9; i++)
    cst_text_add(&self->script, "%s'%.0f%s' %.1f", i ? ", " : "", 100.0 * (low + i * step),
                 low + (i + 1) * step < high + 1e-9 ? "" : " %%", low + i * step);
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
      cst_text_add(&self->script, "set label '%.1f' ", 100.0 * rows->row[i].value);
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
  if (rows->from_zero)
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
