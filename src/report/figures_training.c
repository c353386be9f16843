/* Figures of training: curves, what a strategy does, its pseudo-labels.  Contract in figures.h. */
#include "figures.h"

#include "curves.h"
#include "figure_rows.h"
#include "markdown.h"

#include "cassette/memory.h"

#include <math.h>

cst_status figure_training(pen *page, const run_files *run)
{
  static const curve_panel panels[] = {
      {.title = "loss",
       .curve = {{"train_loss", "training"}, {"validation_loss", "validation"}}},
      {.title = "accuracy",
       .curve = {{"train_accuracy", "training"}, {"validation_macro_accuracy", "validation, macro"}},
       .percent = true},
  };
  cst_status st = CST_OK;
  figure self;
  if (!curves_any(run, &panels[0]) && !curves_any(run, &panels[1])) return st;
  st = curves_begin(&self, "figure-training", "Training curves", run, 2, panels);
  cst_text_add(&self.alt, "Loss and accuracy by epoch; the table of stages has the figures.");
  cst_text_add(&self.caption,
               "Loss and accuracy by epoch, a line for each fold; dashed lines: the next stage or "
               "round begins. Validation sessions are of cities that train.");
  figure_end(&self, page);
  return st;
}

cst_status figure_strategy(pen *page, const run_files *run)
{
  static const curve_panel all[] = {
      {.title = "share",
       .curve = {{"mask_rate", "used"},
                 {"pseudo_label_accuracy", "right"},
                 {"threshold", "threshold"}},
       .percent = true},
      {.title = "KL divergence, nats", .curve = {{"kl", "pseudo-labels against labels"}}},
  };
  curve_panel some[2];
  cst_status st = CST_OK;
  figure self;
  size_t n = 0;
  for (size_t i = 0; i < 2; i++)
    if (curves_any(run, &all[i])) some[n++] = all[i];
  if (n == 0) return st;
  st = curves_begin(&self, "figure-strategy", "What the strategy does", run, n, some);
  cst_text_add(&self.alt, "Pseudo-labels during training, by epoch.");
  cst_text_add(&self.caption,
               "Pseudo-labels during training: the share that is used, the share of them that is "
               "right (against their sessions' labels), the confidence asked for, and how far the "
               "classes of pseudo-labels are from those of labels.");
  figure_end(&self, page);
  return st;
}

cst_status figure_pseudo_labels(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const size_t n = cst_json_size(run->pseudo_labels);
  figure_row *row = NULL;
  char **name = NULL;
  figure self;
  bool hidden = false, session = false;
  CST_ALLOC(row, n);
  CST_ALLOC(name, n);
  for (size_t i = 0; i < n; i++) {
    const cst_json *event = cst_json_at(run->pseudo_labels, i);
    name[i] = cst_format("%s, round %lld", cst_json_get_string(event, "fold", "–"),
                         (long long)cst_json_get_integer(event, "round", 1));
    if (!name[i]) CST_TRY(cst_no_memory("name", 1, 1));
    row[i] = (figure_row){
        .name = name[i],
        .value = cst_json_get_number(event, "accuracy_against_sessions", NAN),
        .low = NAN,
        .high = NAN,
        .other = cst_json_get_number(event, "accuracy_against_hidden_labels", NAN)};
    session = session || isfinite(row[i].value);
    hidden = hidden || isfinite(row[i].other);
  }
  const figure_rows rows = {row, n, NAN, true};
  if (!session && !hidden) goto done;
  figure_rows_begin(&self, "figure-pseudo-labels", "Pseudo-labels that are right", &rows);
  for (size_t i = 0; i < n; i++) {
    cst_text_add(&self.alt, "%s: ", name[i]);
    markdown_percent(&self.alt, isfinite(row[i].value) ? row[i].value : row[i].other);
    cst_text_add(&self.alt, i + 1 < n ? "; " : ".");
  }
  cst_text_add(&self.caption, "Share of pseudo-labels that are right, by fold and round%s%s.",
               session ? ". Points: against the label of their session" : "",
               hidden ? ". Ticks: against labels that were hidden" : "");
  figure_end(&self, page);
done:
  for (size_t i = 0; name && i < n; i++) cst_free(name[i]);
  cst_free(name);
  cst_free(row);
  return st;
}
