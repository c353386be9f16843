/* The learning curve: what accuracy costs in labels, where runs hide different shares of them.  Contract in groups.h. */
#include "groups.h"

#include "figure.h"
#include "findings.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 12, LINE = 17, PLOT = 190, BOTTOM = 44, LEFT = 40, RIGHT = 14 };

/* A line of a configuration that makes points of a curve. */
static bool hides(const char *line) { return strncmp(line, "dataset.hide_", 13) == 0; }

static const run_files *first_run(const grouping *self, const run_group *g)
{
  return self->runs[g->run[0]];
}

static bool covers_but_for_labels(const run_files *a, const run_files *b)
{
  for (size_t i = 0; i < b->config.n; i++) {
    const char *line = b->config.line[i];
    if (groups_tells_apart(line) && !hides(line) && !config_lines_has(&a->config, line))
      return false;
  }
  return true;
}

/* Groups that differ in the share of labels alone are one curve. */
static bool same_curve(const grouping *self, const run_group *a, const run_group *b)
{
  const run_files *x = first_run(self, a), *y = first_run(self, b);
  return strcmp(a->strategy, b->strategy) == 0 && strcmp(a->setting, b->setting) == 0 &&
         covers_but_for_labels(x, y) && covers_but_for_labels(y, x);
}

typedef struct {
  const run_group **group; /* [curves][shares] NULL: no such runs */
  const char **name;       /* [curves] */
  double *share;           /* [shares], ascending */
  size_t curves, shares;
} labels;

static void labels_reset(labels *self)
{
  cst_free(self->group);
  cst_free(self->name);
  cst_free(self->share);
}

static int by_share(const void *x, const void *y)
{
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static void list_shares(const grouping *self, labels *out)
{
  for (size_t g = 0; g < self->groups; g++)
    if (!isnan(self->group[g].accuracy.mean))
      out->share[out->shares++] = run_labels(first_run(self, &self->group[g]));
  qsort(out->share, out->shares, sizeof *out->share, by_share);
  size_t distinct = 0;
  for (size_t i = 0; i < out->shares; i++)
    if (i == 0 || out->share[i] != out->share[distinct - 1]) out->share[distinct++] = out->share[i];
  out->shares = distinct;
}

/* The curve that a group belongs to, a new one if it is the first. */
static size_t curve_of(const grouping *self, const run_group *g, const run_group **any, labels *out)
{
  size_t c = 0;
  while (c < out->curves && !same_curve(self, any[c], g)) c++;
  if (c == out->curves) {
    any[out->curves] = g;
    out->name[out->curves++] = g->strategy;
  }
  return c;
}

static cst_status list(const grouping *self, labels *out)
{
  cst_status st = CST_OK;
  const run_group **any = NULL; /* [curves] one of each */
  CST_ALLOC(any, self->groups);
  CST_ALLOC(out->name, self->groups);
  CST_ALLOC(out->share, self->groups);
  list_shares(self, out);
  CST_ALLOC(out->group, cst_product(self->groups, out->shares));
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (isnan(one->accuracy.mean)) continue;
    const double share = run_labels(first_run(self, one));
    const double *at = bsearch(&share, out->share, out->shares, sizeof share, by_share);
    const size_t c = curve_of(self, one, any, out);
    out->group[c * out->shares + (size_t)(at - out->share)] = one;
  }
done:
  cst_free(any);
  return st;
}

static void add_table(const labels *self, pen *page)
{
  char *name;
  pen_table(page, "Accuracy by share of labels");
  pen_column(page, 'l', "strategy");
  for (size_t s = 0; s < self->shares; s++) {
    name = cst_format("%.4g %% of labels", 100.0 * self->share[s]);
    pen_column(page, 'r', name ? name : "");
    cst_free(name);
  }
  for (size_t c = 0; c < self->curves; c++) {
    pen_row(page);
    pen_cell(page);
    pen_name(page, self->name[c]);
    for (size_t s = 0; s < self->shares; s++) {
      const run_group *g = self->group[c * self->shares + s];
      pen_cell(page);
      pen_real(page, 1, g ? 100.0 * g->accuracy.mean : NAN);
      if (g && !isnan(g->accuracy.interval.low))
        pen_say(page, " (%.1f to %.1f)", 100.0 * g->accuracy.interval.low,
                100.0 * g->accuracy.interval.high);
    }
  }
  pen_end_table(page);
}

static void add_points(const labels *self, size_t c, figure *out)
{
  cst_text_add(&out->script, "$curve%zu << END\n", c);
  for (size_t s = 0; s < self->shares; s++) {
    const run_group *g = self->group[c * self->shares + s];
    if (!g) continue;
    const double values[] = {self->share[s], g->accuracy.mean, g->accuracy.interval.low,
                             g->accuracy.interval.high};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      figure_number(out, 100.0 * values[i]);
      cst_text_add(&out->script, i < 3 ? " " : "\n");
    }
  }
  cst_text_add(&out->script, "END\n");
}

static void draw(const labels *self, pen *page)
{
  static const char *const colours[] = {"first", "second", "third", "ink"};
  figure out;
  const int top = TOP + LINE * (int)self->curves;
  figure_begin(&out, "figure-labels", "Learning curve", FIGURE_WIDTH, top + PLOT + BOTTOM);
  figure_margins(&out, LEFT, RIGHT, top, BOTTOM);
  for (size_t c = 0; c < self->curves; c++) add_points(self, c, &out);
  cst_text_add(&out.script,
               "set grid ytics lt 1 lw 1 lc rgb faint\nset offsets 0, 0, graph 0.06, "
               "graph 0.06\nset xrange [0:104]\nset xtics 25\n"
               "set label 1 'labels in %%' at screen %.4f, screen %.4f right textcolor rgb ink\n"
               "set key at screen %.4f, screen %.4f left top Left reverse\nplot ",
               1.0 - (double)RIGHT / FIGURE_WIDTH, 10.0 / out.height, (double)LEFT / FIGURE_WIDTH,
               1.0 - 4.0 / out.height);
  for (size_t c = 0; c < self->curves; c++) {
    const char *colour = colours[c % (sizeof colours / sizeof *colours)];
    cst_text_add(&out.script,
                 "%s$curve%zu using 1:3:(0):($4-$3) with vectors nohead lw 1 lc rgb %s notitle, "
                 "$curve%zu using 1:2 with linespoints lw 1.6 pt 7 ps 0.5 dt %zu lc rgb %s title ",
                 c ? ", " : "", c, colour, c, 1 + c / (sizeof colours / sizeof *colours), colour);
    figure_string(&out, self->name[c]);
  }
  cst_text_add(&out.script, "\n");
  cst_text_add(&out.alt,
               "Macro accuracy in percent by share of labels; the table has the numbers.");
  cst_text_add(&out.caption,
               "Macro accuracy in percent against the share of the training labels that is "
               "used, with 95 %% intervals.");
  figure_end(&out, page);
}

cst_status groups_curve(const grouping *self, pen *page)
{
  cst_status st = CST_OK;
  labels all = {0};
  CST_TRY(list(self, &all));
  if (all.shares < 2) goto done;
  pen_section(page, "labels", "Labels");
  pen_beside(page);
  draw(&all, page);
  add_table(&all, page);
  pen_end_beside(page);
  pen_paragraph(page);
  pen_say(
      page,
      "What is held out is the same for all: clip by clip. Runs that hide labels (dataset.hide_labels) "
      "train on a part of the labelled sessions, the rest of them are unlabelled.");
  pen_end_paragraph(page);
done:
  labels_reset(&all);
  return st;
}
