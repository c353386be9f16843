/*
 * Contract in curves.h.
 *
 * Folds go through the same stages, but may stop early.  So each stage (and round) gets as many
 * epochs of the axis as its longest fold took, and begins for all folds in the same place.
 */
#include "curves.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 42, RIGHT = 10, TOP = 46, PANEL = 112, GAP = 46, BOTTOM = 42, ABOVE = 17 };
enum { TITLE = 1, AXIS, LEGEND, FIRST_NAME = LEGEND + CURVES_MOST }; /* gnuplot's labels */

/* How each curve of a panel is told from the others, also without colour. */
static const struct {
  const char *colour, *style, *mark;
} looks[CURVES_MOST] = {{"first", "pt 7 ps 0.25", "●"},
                        {"second", "pt 6 ps 0.25", "○"},
                        {"third", "pt 0 dt (5,3)", "╌"}};

/* Where a stage and round lie on the axis. */
typedef struct {
  const char *stage;
  int64_t round, first, epochs;
} stretch;

static bool belongs(const stretch *s, const stage_summary *summary)
{
  return s->round == summary->round && strcmp(s->stage, summary->stage) == 0;
}

static double value_of(const cst_journal_event *event, size_t place)
{
  double value;
  memcpy(&value, (const char *)event + place, sizeof value);
  return value;
}

static bool has_values(const stage_summary *s, const curve_panel *panel)
{
  for (size_t e = 0; e < s->epochs_of.n; e++)
    for (size_t c = 0; c < CURVES_MOST && panel->curve[c].label; c++)
      if (isfinite(value_of(&s->epochs_of.event[e], panel->curve[c].value))) return true;
  return false;
}

bool curves_any(const run_files *run, const curve_panel *panel)
{
  for (size_t i = 0; i < run->n_stages; i++)
    if (has_values(&run->stages[i], panel)) return true;
  return false;
}

/* Stretches that have something to show, in order of first appearance, [n_stages] has room for all;
 * returns how many. */
static size_t lay_out(const run_files *run, size_t panels, const curve_panel *panel, stretch *out)
{
  size_t n = 0;
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    size_t at = 0, shows = 0;
    for (size_t p = 0; p < panels; p++) shows += has_values(s, &panel[p]);
    if (shows == 0) continue;
    while (at < n && !belongs(&out[at], s)) at++;
    if (at == n) out[n++] = (stretch){.stage = s->stage, .round = s->round};
    if (s->epochs > out[at].epochs) out[at].epochs = s->epochs;
  }
  for (size_t i = 1; i < n; i++) out[i].first = out[i - 1].first + out[i - 1].epochs;
  return n;
}

/* Values of one curve: a line per fold and stage, blank lines between.  Whether there is any. */
static bool add_values(figure *self, const run_files *run, size_t n, const stretch *stretches,
                       size_t place, double *max)
{
  bool any = false;
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    size_t at = 0;
    while (at < n && !belongs(&stretches[at], s)) at++;
    if (at == n) continue;
    for (size_t e = 0; e < s->epochs_of.n; e++) {
      const double y = value_of(&s->epochs_of.event[e], place);
      if (!isfinite(y)) continue;
      cst_text_add(&self->script, "%lld %.9g\n", (long long)stretches[at].first + (long long)e + 1,
                   y);
      *max = fmax(*max, y);
      any = true;
    }
    cst_text_add(&self->script, "\n");
  }
  return any;
}

/* Names of the stretches above the first panel, where they fit, and a line at each beginning. */
static void add_stretches(figure *self, size_t n, const stretch *s, double epochs)
{
  const double pixels = (double)(FIGURE_WIDTH - LEFT - RIGHT) / epochs;
  const char *before = "";
  for (size_t i = 0; i < n; i++) {
    char name[80];
    if (s[i].round > 1 && strcmp(s[i].stage, before) == 0)
      snprintf(name, sizeof name, "%lld", (long long)s[i].round);
    else
      snprintf(name, sizeof name, "%.60s", s[i].stage);
    before = s[i].stage;
    if (i > 0)
      cst_text_add(&self->script,
                   "set arrow from %lld.5, graph 0 to %lld.5, graph 1 nohead lw 1 dt (4,3) lc rgb "
                   "ink\n",
                   (long long)s[i].first, (long long)s[i].first);
    if ((double)strlen(name) * 0.55 * FIGURE_FONT > pixels * (double)s[i].epochs) continue;
    cst_text_add(&self->script, "set label %zu ", FIRST_NAME + i);
    figure_string(self, name);
    cst_text_add(&self->script, " at first %.2f, screen %.4f center textcolor rgb ink\n",
                 (double)s[i].first + 0.5 + 0.5 * (double)s[i].epochs, 1.0 - 9.0 / self->height);
  }
}

/* The largest of 1, 2, 5, 10, ... steps that gives two or more tics up to @p most. */
static double tic_step(double max)
{
  const double power = pow(10.0, floor(log10(max)));
  const double lead = max / power;
  return power * (lead >= 4.0 ? 2.0 : lead >= 2.0 ? 1.0 : 0.5);
}

static void add_axis(figure *self, const curve_panel *panel, double max)
{
  if (panel->percent) {
    figure_percent_axis(self, "y");
    return;
  }
  const double top = max > 0.0 ? 1.06 * max : 1.0;
  cst_text_add(
      &self->script,
      "set yrange [0:%.6g]\nset ytics 0,%.6g format '%%g'\nset grid ytics lt 1 lw 1 lc rgb "
      "faint\n",
      top, tic_step(top));
}

/* Names of the curves at the right, above the panel. */
static void add_legend(figure *self, const curve_panel *panel, const bool *any, double y)
{
  double x = self->width - RIGHT;
  for (size_t c = CURVES_MOST; c-- > 0;) {
    cst_text_add(&self->script, "unset label %zu\n", LEGEND + c);
    if (!any[c]) continue;
    cst_text_add(
        &self->script, "set label %zu '%s %s' at screen %.4f, screen %.4f right textcolor rgb %s\n",
        LEGEND + c, looks[c].mark, panel->curve[c].label, x / self->width, y, looks[c].colour);
    x -= ((double)strlen(panel->curve[c].label) + 4.0) * 0.55 * FIGURE_FONT;
  }
}

static void add_panel(figure *self, const run_files *run, size_t n, const stretch *s, size_t index,
                      bool last, const curve_panel *panel)
{
  bool any[CURVES_MOST] = {false};
  double max = 0.0;
  const int top = TOP + (int)index * (PANEL + GAP);
  const double above = 1.0 - (double)(top - ABOVE) / self->height;
  for (size_t c = 0; c < CURVES_MOST && panel->curve[c].label; c++) {
    cst_text_add(&self->script, "$p%zuc%zu << END\n", index, c);
    any[c] = add_values(self, run, n, s, panel->curve[c].value, &max);
    cst_text_add(&self->script, "END\n");
  }
  figure_margins(self, LEFT, RIGHT, top, self->height - top - PANEL);
  add_axis(self, panel, max);
  cst_text_add(&self->script,
               "set label %d '%s' at screen %.4f, screen %.4f left textcolor rgb ink\n"
               "set format x '%s'\n",
               TITLE, panel->title, 2.0 / self->width, above, last ? "%g" : "");
  add_legend(self, panel, any, above);
  const char *between = "plot ";
  const double width = run->n_stages > 3 * n ? 0.8 : 1.4; /* several folds on top of each other */
  for (size_t c = 0; c < CURVES_MOST; c++) {
    if (!any[c]) continue;
    cst_text_add(&self->script, "%s$p%zuc%zu using 1:2 with linespoints lw %.1f %s lc rgb %s",
                 between, index, c, width, looks[c].style, looks[c].colour);
    between = ", ";
  }
  if (*between == 'p') cst_text_add(&self->script, "plot NaN"); /* axes alone */
  cst_text_add(&self->script, "\n");
}

/* 1, 2, 5, 10, ...: so that at most ten tics fit. */
static long epoch_step(double epochs)
{
  long step = 1;
  for (int i = 0; epochs > 10.0 * (double)step; i++) step = i % 3 == 1 ? step / 2 * 5 : 2 * step;
  return step;
}

cst_status curves_begin(figure *self, const char *id, const char *title, const run_files *run,
                        size_t n, const curve_panel *panel)
{
  cst_status st = CST_OK;
  stretch *s = NULL;
  const int height = TOP + (int)n * PANEL + ((int)n - 1) * GAP + BOTTOM;
  figure_begin(self, id, title, FIGURE_WIDTH, height);
  CST_ALLOC(s, run->n_stages);
  const size_t stretches = lay_out(run, n, panel, s);
  const double epochs =
      stretches ? (double)(s[stretches - 1].first + s[stretches - 1].epochs) : 1.0;
  cst_text_add(&self->script, "set multiplot\nset xrange [0.5:%.1f]\nset xtics 0,%ld\n",
               epochs + 0.5, epoch_step(epochs));
  add_stretches(self, stretches, s, epochs);
  for (size_t i = 0; i < n; i++) {
    if (i + 1 == n)
      cst_text_add(&self->script,
                   "set label %d 'epoch' at screen %.4f, screen %.4f right textcolor rgb ink\n",
                   AXIS, 1.0 - (double)RIGHT / self->width, 9.0 / self->height);
    add_panel(self, run, stretches, s, i, i + 1 == n, &panel[i]);
    if (i == 0) cst_text_add(&self->script, "unset label\n"); /* names stand above all */
  }
  cst_text_add(&self->script, "unset multiplot\n");
done:
  cst_free(s);
  return st;
}
