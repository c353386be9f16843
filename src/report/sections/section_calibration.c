/* Whether confidence means what it says, and what a temperature does to it. */
#include "figures.h"
#include "findings.h"
#include "sections.h"

#include <math.h>

static void calibration_table(pen *page, const cst_json *bins)
{
  pen_table(page, "Answers by confidence");
  pen_column(page, 'l', "confidence");
  pen_column(page, 'r', "its mean");
  pen_column(page, 'r', "accuracy");
  pen_column(page, 'r', "clips");
  for (size_t b = 0; b < cst_json_size(bins); b++) {
    const cst_json *bin = cst_json_at(bins, b);
    if (cst_json_get_integer(bin, "clips", 0) == 0) continue;
    pen_row(page);
    pen_cell(page);
    pen_say(page, "%.0f to %.0f %%", 100.0 * cst_json_get_number(bin, "low", NAN),
            100.0 * cst_json_get_number(bin, "high", NAN));
    pen_cell(page);
    pen_percent(page, cst_json_get_number(bin, "confidence", NAN));
    pen_cell(page);
    pen_percent(page, cst_json_get_number(bin, "accuracy", NAN));
    pen_cell(page);
    pen_count(page, cst_json_get_integer(bin, "clips", -1));
  }
  pen_end_table(page);
}

static void temperature_row(pen *page, const char *fold, const cst_json *of)
{
  static const char *const figures[] = {"nll", "nll_scaled", "calibration_error",
                                        "calibration_error_scaled"};
  const cst_json *held_out = cst_json_get(of, "held_out");
  pen_row(page);
  pen_cell(page);
  pen_name(page, fold);
  pen_cell(page);
  pen_real(page, 3, cst_json_get_number(of, "value", NAN));
  pen_cell(page);
  pen_count(page, cst_json_get_integer(cst_json_get(of, "validation"), "clips", -1));
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
    const double value = cst_json_get_number(held_out, figures[i], NAN);
    pen_cell(page);
    if (i < 2)
      pen_real(page, 3, value);
    else
      pen_percent(page, value);
  }
}

/* What scaling by a temperature does to held-out clips, and why a fold has none. */
static void add_temperatures(pen *page, const run_files *run)
{
  const cst_json *all = run_metric(run, "temperature"), *folds = run_metric(run, "folds");
  if (!all) return;
  pen_table(page, "Temperatures");
  pen_column(page, 'l', "fold");
  pen_column(page, 'r', "temperature");
  pen_column(page, 'r', "validation clips");
  pen_column(page, 'r', "NLL");
  pen_column(page, 'r', "scaled");
  pen_column(page, 'r', "error");
  pen_column(page, 'r', "scaled");
  for (size_t f = 0; f < cst_json_size(folds); f++) {
    const cst_json *fold = cst_json_at(folds, f);
    temperature_row(page, cst_json_get_string(fold, "name", "?"),
                    cst_json_get(fold, "temperature"));
  }
  if (cst_json_size(folds) > 1) temperature_row(page, "all, by the mean", all);
  pen_end_table(page);
  pen_paragraph(page);
  pen_say(page,
          "A temperature divides the logits; it is fitted on the validation sessions of the "
          "fold and scored here on held-out clips, by their negative log-likelihood (NLL) and "
          "calibration error before and after. It changes no answer. ");
  if (cst_json_size(folds) > 1)
    pen_say(page,
            "The last line has the temperature of the mean of all folds' models, which has no "
            "held-out clips of its own: its figures are those of the folds together. ");
  for (size_t f = 0; f < cst_json_size(folds); f++) {
    const cst_json *fold = cst_json_at(folds, f);
    const char *why = cst_json_get_string(cst_json_get(fold, "temperature"), "why", NULL);
    if (!why) continue;
    pen_say(page, "Not calibrated, fold ");
    pen_name(page, cst_json_get_string(fold, "name", "?"));
    pen_say(page, ": %s. ", why);
  }
  pen_end_paragraph(page);
}

cst_status section_calibration(pen *page, const run_files *run)
{
  const double error = cst_json_get_number(run->metrics, "calibration_error", NAN);
  const cst_json *bins = run_metric(run, "calibration");
  if (!run_is_scored(run) || isnan(error)) return CST_OK;
  pen_section(page, "calibration", "Calibration");
  pen_paragraph(page);
  pen_say(page, "Expected calibration error ");
  pen_percent(page, error);
  pen_say(page, ": how far confidence and accuracy lie apart, averaged over clips.");
  pen_end_paragraph(page);
  if (cst_json_size(bins) > 0) {
    pen_beside(page);
    figure_reliability(page, run);
    calibration_table(page, bins);
    pen_end_beside(page);
  }
  add_temperatures(page, run);
  return CST_OK;
}
