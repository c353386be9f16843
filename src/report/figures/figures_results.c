/* Figures of results: classes, confusions, folds, reliability.  Contract in figures.h. */
#include "figures.h"

#include "figure_matrix.h"
#include "figure_rows.h"
#include "findings.h"
#include "markdown.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>

/* "Bus 47.5 %, Metro 75.0 %" */
static void add_values(cst_text *out, const figure_rows *rows)
{
  for (size_t i = 0; i < rows->n; i++) {
    cst_text_add(out, "%s%s ", i ? ", " : "", rows->row[i].name);
    markdown_percent(out, rows->row[i].value);
  }
  cst_text_add(out, ".");
}

cst_status figure_classes(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const bool compare = run_is_comparable(run);
  const char **name = NULL;
  figure_row *row = NULL;
  figure self;
  size_t n = 0;
  CST_TRY(run_classes(run, &name, &n));
  CST_ALLOC(row, n);
  for (size_t k = 0; k < n; k++)
    row[k] = (figure_row){
        .name = name[k],
        .value = cst_json_get_number(run->metrics.figures.class_accuracy, name[k], NAN),
        .low = NAN,
        .high = NAN,
        .other = compare ? run_published(name[k]) : NAN};
  const figure_rows rows = {row, n, run->metrics.figures.headline.macro_accuracy, ROWS_WHOLE};
  if (!figure_rows_any(&rows)) goto done;
  figure_rows_begin(&self, "figure-classes", "Accuracy of each class", &rows);
  add_values(&self.alt, &rows);
  cst_text_add(&self.caption, "Accuracy of each class. Dashed: their mean, the macro accuracy.");
  if (compare)
    cst_text_add(&self.caption, " Ticks: the published baseline where it is known, measured on "
                                "other clips.");
  figure_end(&self, page);
done:
  cst_free(row);
  cst_free(name);
  return st;
}

/* Tint by share of the row, so that rare classes show as well as common ones. */
static void fill_confusion(const cst_json *confusion, size_t n, figure_cell *cell)
{
  for (size_t t = 0; t < n; t++) {
    const cst_json *row = cst_json_at(confusion, t);
    double sum = 0.0;
    for (size_t p = 0; p < n; p++) sum += cst_json_number(cst_json_at(row, p), 0.0);
    for (size_t p = 0; p < n; p++) {
      const double clips = cst_json_number(cst_json_at(row, p), 0.0);
      figure_cell *c = &cell[t * n + p];
      *c = (figure_cell){.share = clips > 0.0 ? clips / sum : NAN, .second = p != t};
      if (clips > 0.0) snprintf(c->text, sizeof c->text, "%.0f", fmin(clips, 1e9));
    }
  }
}

/* The confusion that costs most, in words. */
static void add_worst(cst_text *out, size_t n, const char *const *name, const figure_cell *cell)
{
  size_t worst = n * n;
  for (size_t i = 0; i < n * n; i++)
    if (cell[i].second && isfinite(cell[i].share) &&
        (worst == n * n || cell[i].share > cell[worst].share))
      worst = i;
  if (worst == n * n) {
    cst_text_add(out, " Nothing was confused.");
    return;
  }
  cst_text_add(out, " Largest: %.0f %% of %s were taken for %s.", 100.0 * cell[worst].share,
               name[worst / n], name[worst % n]);
}

cst_status figure_confusion(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_json *confusion = run->metrics.figures.confusion;
  const char **name = NULL;
  figure_cell *cell = NULL;
  figure self;
  size_t n = 0;
  CST_TRY(run_classes(run, &name, &n));
  if (n == 0 || cst_json_size(confusion) != n) goto done;
  CST_ALLOC(cell, n * n);
  fill_confusion(confusion, n, cell);
  const figure_matrix matrix = {n, n, name, name, cell};
  figure_matrix_begin(&self, "figure-confusion", "Confusion matrix", &matrix);
  cst_text_add(&self.alt, "Clips by true and answered class.");
  add_worst(&self.alt, n, name, cell);
  cst_text_add(&self.caption, "Clips by true class (rows) and answer (columns); tinted by share of "
                              "the row.");
  add_worst(&self.caption, n, name, cell);
  figure_end(&self, page);
done:
  cst_free(cell);
  cst_free(name);
  return st;
}

static double updates_of(const cst_stage_metrics *model)
{
  return model->effort.updates == CST_NO_COUNT ? NAN : (double)model->effort.updates;
}

/* What the ticks are: not the same model earlier, but another one, with fewer updates. */
static void add_teachers(cst_text *out, const cst_metrics *m)
{
  double teacher = 0.0, student = 0.0; /* updates, means over folds; NaN where one is unknown */
  for (size_t f = 0; f < m->folds.n; f++) {
    teacher += updates_of(&m->folds.item[f].stages.finetune) / (double)m->folds.n;
    student += updates_of(&m->folds.item[f].stages.student) / (double)m->folds.n;
  }
  cst_text_add(out, " Ticks: the fine-tuned model that came before the student, another model");
  if (isfinite(teacher) && isfinite(student))
    cst_text_add(out, ": %.0f optimiser updates, where the student made %.0f", teacher, student);
  cst_text_add(out, ".");
}

cst_status figure_folds(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const size_t n = run->metrics.folds.n;
  figure_row *row = NULL;
  figure self;
  bool teachers = false;
  CST_ALLOC(row, n);
  for (size_t i = 0; i < n; i++) {
    const cst_fold_metrics *fold = &run->metrics.folds.item[i];
    const cst_headline *h = &fold->last.figures.headline;
    const cst_stage_metrics *teacher = &fold->stages.finetune;
    row[i] = (figure_row){
        .name = fold->last.name ? fold->last.name : "?",
        .value = h->macro_accuracy,
        .low = h->ci95[0],
        .high = h->ci95[1],
        .other = fold->stages.student.there ? teacher->figures.headline.macro_accuracy : NAN};
    teachers = teachers || isfinite(row[i].other);
  }
  const figure_rows rows = {row, n, run->metrics.figures.headline.macro_accuracy, ROWS_ZOOMED};
  if (n < 2 || !figure_rows_any(&rows)) goto done;
  figure_rows_begin(&self, "figure-folds", "Macro accuracy of each fold", &rows);
  add_values(&self.alt, &rows);
  cst_text_add(&self.caption,
               "Macro accuracy of each fold, named by what it holds out, with its "
               "95 %% interval; each over the classes that it can test. Dashed: all folds "
               "pooled.");
  if (teachers) add_teachers(&self.caption, &run->metrics);
  figure_end(&self, page);
done:
  cst_free(row);
  return st;
}

static void add_bins(figure *self, const cst_metrics *m)
{
  cst_text_add(&self->script, "$bins << END\n");
  for (size_t b = 0; b < m->calibration.n; b++) {
    const cst_reliability *bin = &m->calibration.item[b];
    const double values[] = {bin->low, bin->high, bin->confidence, bin->accuracy,
                             (double)bin->clips};
    for (size_t v = 0; v < 5; v++) {
      cst_text_add(&self->script, v ? " " : "");
      figure_number(self, values[v]);
    }
    cst_text_add(&self->script, "\n");
  }
  cst_text_add(&self->script, "END\n");
}

/* Above: accuracy by confidence.  Below, on the same axis: how many clips. */
static void draw_reliability(figure *self, const cst_metrics *m, double max)
{
  enum { LEFT = 46, RIGHT = 26, TOP = 26, UPPER = 220, GAP = 50, LOWER = 44, BOTTOM = 44 };
  const double right = 1.0 - (double)RIGHT / FIGURE_WIDTH;
  figure_begin(self, "figure-reliability", "Reliability diagram", FIGURE_WIDTH,
               TOP + UPPER + GAP + LOWER + BOTTOM);
  const double height = self->height;
  add_bins(self, m);
  cst_text_add(&self->script,
               "set multiplot\nset arrow 1 from 0,0 to 1,1 nohead lw 1 dt (4,3) lc rgb ink\n"
               "set label 1 'accuracy' at screen 0.006, screen %.4f left textcolor rgb ink\n",
               1.0 - 9.0 / height);
  figure_margins(self, LEFT, RIGHT, TOP, GAP + LOWER + BOTTOM);
  figure_percent_axis(self, "x");
  figure_percent_axis(self, "y");
  cst_text_add(&self->script,
               "plot $bins using (($1+$2)/2):($4/2):(($2-$1)*0.46):($4/2) with boxxyerror "
               "lc rgb soft_first, "
               "'' using 3:3:(0):($4-$3) with vectors nohead lw 1.6 lc rgb second, "
               "'' using 3:4 with points pt 7 ps 0.5 lc rgb first\n"
               "unset arrow 1\n"
               "set label 1 'clips' at screen 0.006, screen %.4f\n"
               "set label 2 'confidence' at screen %.4f, screen %.4f right textcolor rgb ink\n",
               (LOWER + BOTTOM + 17.0) / height, right, 9.0 / height);
  figure_margins(self, LEFT, RIGHT, TOP + UPPER + GAP, BOTTOM);
  cst_text_add(&self->script,
               "set yrange [0:%.0f]\nset ytics ('0' 0, '%.0f' %.0f)\n"
               "plot $bins using (($1+$2)/2):($5/2):(($2-$1)*0.46):($5/2) with boxxyerror "
               "lc rgb soft_ink\nunset multiplot\n",
               max, max, max);
}

void figure_reliability(pen *page, const run_files *run)
{
  const cst_metrics *m = &run->metrics;
  const double error = run->metrics.figures.headline.calibration_error;
  double max = 1.0;
  figure self;
  if (m->calibration.n == 0 || isnan(error)) return;
  for (size_t b = 0; b < m->calibration.n; b++)
    max = fmax(max, (double)m->calibration.item[b].clips);
  draw_reliability(&self, m, max);
  cst_text_add(&self.alt, "Accuracy against confidence; expected calibration error ");
  markdown_percent(&self.alt, error);
  cst_text_add(&self.caption, "How far confidence can be trusted. Bars: share of answers that are "
                              "right in each range of confidence; a calibrated model follows the "
                              "dashed line. Vertical strokes: the gap. Below: clips in each "
                              "range.");
  figure_end(&self, page);
}
