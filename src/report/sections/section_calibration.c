/* Whether confidence means what it says, and what a temperature does to it. */
#include "figures.h"
#include "findings.h"
#include "sections.h"

#include <math.h>

static void calibration_table(pen *page, const cst_metrics *m)
{
  pen_table(page, "Answers by confidence");
  pen_column(page, 'l', "confidence");
  pen_column(page, 'r', "its mean");
  pen_column(page, 'r', "accuracy");
  pen_column(page, 'r', "clips");
  for (size_t b = 0; b < m->calibration.n; b++) {
    const cst_reliability *bin = &m->calibration.item[b];
    if (bin->clips <= 0) continue;
    pen_row(page);
    pen_cell(page);
    pen_say(page, "%.0f to %.0f %%", 100.0 * bin->low, 100.0 * bin->high);
    pen_cell(page);
    pen_percent(page, bin->confidence);
    pen_cell(page);
    pen_percent(page, bin->accuracy);
    pen_cell(page);
    pen_count(page, bin->clips);
  }
  pen_end_table(page);
}

static void temperature_row(pen *page, const char *fold, const cst_temperature_note *of)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, fold ? fold : "?");
  pen_cell(page);
  pen_real(page, 3, of->value);
  pen_cell(page);
  pen_count(page, of->validation.clips);
  pen_cell(page);
  pen_real(page, 3, of->held_out.nll);
  pen_cell(page);
  pen_real(page, 3, of->held_out.nll_scaled);
  pen_cell(page);
  pen_percent(page, of->held_out.calibration_error);
  pen_cell(page);
  pen_percent(page, of->held_out.calibration_error_scaled);
}

/* What scaling by a temperature does to held-out clips, and why a fold has none. */
static void add_temperatures(pen *page, const run_files *run)
{
  const cst_metrics *m = &run->metrics;
  if (!m->temperature.there) return;
  pen_table(page, "Temperatures");
  pen_column(page, 'l', "fold");
  pen_column(page, 'r', "temperature");
  pen_column(page, 'r', "validation clips");
  pen_column(page, 'r', "NLL");
  pen_column(page, 'r', "scaled");
  pen_column(page, 'r', "error");
  pen_column(page, 'r', "scaled");
  for (size_t f = 0; f < m->folds.n; f++)
    temperature_row(page, m->folds.item[f].last.name, &m->folds.item[f].temperature);
  if (m->folds.n > 1) temperature_row(page, "all, by the mean", &m->temperature);
  pen_end_table(page);
  pen_paragraph(page);
  pen_say(page,
          "A temperature divides the logits; it is fitted on the validation sessions of the "
          "fold and scored here on held-out clips, by their negative log-likelihood (NLL) and "
          "calibration error before and after. It changes no answer. ");
  if (m->folds.n > 1)
    pen_say(page,
            "The last line has the temperature of the mean of all folds' models, which has no "
            "held-out clips of its own: its figures are those of the folds together. ");
  for (size_t f = 0; f < m->folds.n; f++) {
    const char *name = m->folds.item[f].last.name, *why = m->folds.item[f].temperature.why;
    if (!why) continue;
    pen_say(page, "Not calibrated, fold ");
    pen_name(page, name ? name : "?");
    pen_say(page, ": %s. ", why);
  }
  pen_end_paragraph(page);
}

cst_status section_calibration(pen *page, const run_files *run)
{
  const double error = run->metrics.figures.headline.calibration_error;
  if (!run_is_scored(run) || isnan(error)) return CST_OK;
  pen_section(page, "calibration", "Calibration");
  pen_paragraph(page);
  pen_say(page, "Expected calibration error ");
  pen_percent(page, error);
  pen_say(page, ": how far confidence and accuracy lie apart, averaged over clips.");
  pen_end_paragraph(page);
  if (run->metrics.calibration.n > 0) {
    pen_beside(page);
    figure_reliability(page, run);
    calibration_table(page, &run->metrics);
    pen_end_beside(page);
  }
  add_temperatures(page, run);
  return CST_OK;
}
