/* Figures of training: curves, what a strategy does, its pseudo-labels.  Contract in figures.h. */
#include "figures.h"

#include "curves.h"
#include "figure_matrix.h"
#include "figure_rows.h"
#include "markdown.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

cst_status figure_training(pen *page, const run_files *run)
{
  static const curve_panel panels[] = {
      {.title = "loss",
       .curve = {CURVE(train_loss, "training"), CURVE(validation_loss, "validation")}},
      {.title = "accuracy",
       .curve = {CURVE(train_accuracy, "training"),
                 CURVE(validation_macro_accuracy, "validation, macro")},
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
       .curve = {CURVE(mask_rate, "used"), CURVE(pseudo_label_accuracy, "right"),
                 CURVE(threshold, "threshold")},
       .percent = true},
      {.title = "KL divergence, nats", .curve = {CURVE(kl, "labelled from unlabelled")}},
  };
  curve_panel some[2];
  cst_status st = CST_OK;
  figure self;
  size_t n = 0;
  for (size_t i = 0; i < 2; i++)
    if (curves_any(run, &all[i])) some[n++] = all[i];
  if (n == 0) return st;
  st = curves_begin(&self, "figure-strategy", "What the strategy does", run, n, some);
  cst_text_add(&self.alt, "Pseudo-labels during training, by epoch; the table of the strategy's "
                          "last epochs has the figures.");
  cst_text_add(&self.caption, "Pseudo-labels during training, a line for each fold.");
  if (curves_any(run, &all[0]))
    cst_text_add(&self.caption, " Used: the share of unlabelled clips that is learned from; right: "
                                "of those that can be checked, the share that is.");
  if (curves_any(run, &all[1]))
    cst_text_add(&self.caption,
                 " Below: how far the classes of unlabelled clips, as the model sees "
                 "them, are from those of labelled ones.");
  figure_end(&self, page);
  return st;
}

static const char *fold_of(const cst_journal_event *event)
{
  return event->fold ? event->fold : "–";
}

/* One round: a row for each fold, with both checks. */
static cst_status draw_folds(pen *page, const event_list *events)
{
  cst_status st = CST_OK;
  const size_t n = events->n;
  figure_row *row = NULL;
  figure self;
  bool session = false, hidden = false;
  CST_ALLOC(row, n);
  for (size_t i = 0; i < n; i++) {
    const cst_journal_event *event = &events->event[i];
    row[i] = (figure_row){.name = fold_of(event),
                          .value = event->accuracy_against_hidden_labels,
                          .low = NAN,
                          .high = NAN,
                          .other = event->accuracy_against_sessions};
    hidden = hidden || isfinite(row[i].value);
    session = session || isfinite(row[i].other);
  }
  const figure_rows rows = {row, n, NAN, ROWS_WHOLE};
  if (!session && !hidden) goto done;
  figure_rows_begin(&self, "figure-pseudo-labels", "Pseudo-labels that are right", &rows);
  for (size_t i = 0; i < n; i++) {
    cst_text_add(&self.alt, "%s%s ", i ? ", " : "", row[i].name);
    markdown_percent(&self.alt, isfinite(row[i].value) ? row[i].value : row[i].other);
  }
  cst_text_add(&self.caption, "Share of pseudo-labels that are right, by fold.%s%s",
               hidden ? " Points: against labels that were hidden." : "",
               session ? " Ticks: against the label of their session." : "");
  figure_end(&self, page);
done:
  cst_free(row);
  return st;
}

typedef struct {
  const char **fold, **round; /* names, in order of first appearance */
  char *texts;                /* of the rounds, ROUND_BYTES each */
  size_t folds, rounds;
} rounds_grid;
enum { ROUND_BYTES = 24 };

static size_t find(const char *const *names, size_t n, const char *name)
{
  size_t i = 0;
  while (i < n && strcmp(names[i], name) != 0) i++;
  return i;
}

static cst_status lay_out(const event_list *events, rounds_grid *out)
{
  cst_status st = CST_OK;
  const size_t n = events->n;
  CST_ALLOC(out->fold, n);
  CST_ALLOC(out->round, n);
  CST_ALLOC(out->texts, n * ROUND_BYTES);
  for (size_t i = 0; i < n; i++) {
    const cst_journal_event *event = &events->event[i];
    const char *fold = fold_of(event);
    char *round = &out->texts[i * ROUND_BYTES];
    snprintf(round, ROUND_BYTES, "%lld", (long long)(event->round > 0 ? event->round : 1));
    if (find(out->fold, out->folds, fold) == out->folds) out->fold[out->folds++] = fold;
    if (find(out->round, out->rounds, round) == out->rounds) out->round[out->rounds++] = round;
  }
done:
  return st;
}

static bool any_hidden(const event_list *events)
{
  for (size_t i = 0; i < events->n; i++)
    if (isfinite(events->event[i].accuracy_against_hidden_labels)) return true;
  return false;
}

/* Several rounds: a grid, to read along a fold and down a round. */
static cst_status draw_rounds(pen *page, const event_list *events, const rounds_grid *grid)
{
  cst_status st = CST_OK;
  const bool hidden = any_hidden(events);
  figure_cell *cell = NULL;
  figure self;
  bool any = false;
  CST_ALLOC(cell, grid->folds * grid->rounds);
  for (size_t i = 0; i < grid->folds * grid->rounds; i++) cell[i].share = NAN;
  for (size_t i = 0; i < events->n; i++) {
    const cst_journal_event *event = &events->event[i];
    const size_t f = find(grid->fold, grid->folds, fold_of(event));
    const size_t r = find(grid->round, grid->rounds, &grid->texts[i * ROUND_BYTES]);
    figure_cell *c = &cell[f * grid->rounds + r];
    c->share = hidden ? event->accuracy_against_hidden_labels : event->accuracy_against_sessions;
    if (!isfinite(c->share)) continue;
    c->share = fmin(fmax(c->share, 0.0), 1.0);
    snprintf(c->text, sizeof c->text, "%.0f", 100.0 * c->share);
    any = true;
  }
  if (!any) goto done;
  const figure_matrix matrix = {grid->folds, grid->rounds, grid->fold, grid->round, cell};
  figure_matrix_begin(&self, "figure-pseudo-labels", "Pseudo-labels that are right", &matrix);
  cst_text_add(&self.alt, "Share in %% by fold and round; the table has the figures.");
  cst_text_add(&self.caption,
               "Share of pseudo-labels that are right, in %%, by fold (rows) and "
               "round (columns), against %s.",
               hidden ? "labels that were hidden" : "the label of their session");
  figure_end(&self, page);
done:
  cst_free(cell);
  return st;
}

cst_status figure_pseudo_labels(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  rounds_grid grid = {0};
  CST_TRY(lay_out(&run->pseudo_labels, &grid));
  if (grid.rounds > 1)
    CST_TRY(draw_rounds(page, &run->pseudo_labels, &grid));
  else if (grid.rounds == 1)
    CST_TRY(draw_folds(page, &run->pseudo_labels));
done:
  cst_free(grid.fold);
  cst_free(grid.round);
  cst_free(grid.texts);
  return st;
}
