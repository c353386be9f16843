/* How the model came about: pseudo-labels and training. */
#include "figures.h"
#include "findings.h"
#include "sections.h"

#include "cassette/strategy.h"

#include <math.h>
#include <string.h>

/* "91.3 % of 6,800" */
static void add_check(pen *page, double share, int64_t clips)
{
  pen_cell(page);
  pen_percent(page, share);
  if (clips <= 0) return;
  pen_say(page, " of ");
  pen_count(page, clips);
}

enum { FEW = 8 }; /* rows that need not fold away beside a figure */

static void add_rounds(pen *page, const event_list *rounds)
{
  pen_fold(page, "Pseudo-labels by round", rounds->n <= FEW);
  pen_table(page, "Pseudo-labels by round");
  pen_column(page, 'l', "fold");
  pen_column(page, 'r', "round");
  pen_column(page, 'r', "clips");
  pen_column(page, 'r', "agree with their hidden label");
  pen_column(page, 'r', "agree with their session's label");
  for (size_t i = 0; i < rounds->n; i++) {
    const cst_journal_event *r = &rounds->event[i];
    pen_row(page);
    pen_cell(page);
    pen_name(page, r->fold ? r->fold : "–");
    pen_cell(page);
    pen_count(page, r->round);
    pen_cell(page);
    pen_count(page, r->clips);
    add_check(page, r->accuracy_against_hidden_labels, r->clips_with_hidden_label);
    add_check(page, r->accuracy_against_sessions, r->clips_with_session_label);
  }
  pen_end_table(page);
  pen_unfold(page);
}

static void count_row(pen *page, const cst_json *classes, const char *fold, const char *when,
                      int64_t round, const cst_json *counts)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, fold);
  pen_say(page, ", ");
  pen_name(page, when);
  if (round >= 0) pen_say(page, " %lld", (long long)round);
  for (size_t k = 0; k < cst_json_size(classes); k++) {
    const char *scene = cst_json_string(cst_json_at(classes, k), "?");
    pen_cell(page);
    pen_count(page, cst_json_get_integer(counts, scene, -1));
  }
}

static const cst_json *last_counts(const stage_summary *s)
{
  const cst_journal_event *last = stage_last_epoch(s);
  return last ? last->class_counts : NULL;
}

/* Pseudo-labels of each class: a collapse onto few classes shows here first. */
static void add_counts(pen *page, const run_files *run)
{
  const cst_json *classes = run->metrics.classes;
  const event_list *rounds = &run->pseudo_labels;
  size_t rows = rounds->n ? cst_json_size(rounds->event[0].counts) : 0;
  for (size_t i = 0; i < run->n_stages; i++) rows += cst_json_size(last_counts(&run->stages[i]));
  if (rows == 0 || cst_json_size(classes) == 0) return;
  pen_fold(page, "Pseudo-labels by class", false);
  pen_table(page, "Pseudo-labels by class");
  pen_column(page, 'l', "");
  for (size_t k = 0; k < cst_json_size(classes); k++)
    pen_column(page, 'r', cst_json_string(cst_json_at(classes, k), "?"));
  for (size_t i = 0; i < rounds->n; i++) {
    const cst_journal_event *r = &rounds->event[i];
    count_row(page, classes, r->fold ? r->fold : "–", "round", r->round > 0 ? r->round : 1,
              r->counts);
  }
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    if (cst_json_size(last_counts(s)) > 0)
      count_row(page, classes, s->fold[0] ? s->fold : "–", "last epoch of round",
                s->round < 0 ? 1 : s->round, last_counts(s));
  }
  pen_end_table(page);
  pen_unfold(page);
}

static void add_stage(pen *page, const stage_summary *s)
{
  pen_name(page, s->stage);
  if (s->round >= 0) pen_say(page, " (round %lld)", (long long)s->round);
}

static bool says_strategy(const cst_journal_event *epoch)
{
  return isfinite(epoch->mask_rate) || isfinite(epoch->pseudo_label_accuracy) ||
         isfinite(epoch->threshold) || isfinite(epoch->kl);
}

/* The last word of the strategy on each stage: its curves are in the figure. */
static void add_strategy(pen *page, const run_files *run)
{
  bool begun = false;
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    const cst_journal_event *last = stage_last_epoch(s);
    if (!last || !says_strategy(last)) continue;
    if (!begun) {
      pen_fold(page, "The strategy in the last epoch of each stage", run->n_stages <= FEW);
      pen_table(page, "Pseudo-labels in the last epoch");
      pen_column(page, 'l', "last epoch of");
      pen_column(page, 'r', "used");
      pen_column(page, 'r', "right");
      pen_column(page, 'r', "threshold");
      pen_column(page, 'r', "KL");
    }
    begun = true;
    pen_row(page);
    pen_cell(page);
    pen_name(page, s->fold[0] ? s->fold : "–");
    pen_say(page, ", ");
    add_stage(page, s);
    pen_cell(page);
    pen_percent(page, last->mask_rate);
    pen_cell(page);
    pen_percent(page, last->pseudo_label_accuracy);
    pen_cell(page);
    pen_percent(page, last->threshold);
    pen_cell(page);
    pen_real(page, 3, last->kl);
  }
  if (!begun) return;
  pen_end_table(page);
  pen_unfold(page);
}

static bool has_strategy(const run_files *run)
{
  for (size_t i = 0; i < run->n_stages; i++)
    for (size_t e = 0; e < run->stages[i].epochs_of.n; e++)
      if (says_strategy(&run->stages[i].epochs_of.event[e])) return true;
  return false;
}

static const char *what_training_used(const run_files *run)
{
  switch (run->metrics.tier ? cst_tier_of(run->metrics.tier) : CST_TIER_NONE) {
  case CST_TIER_SESSION:
    return "Training used which clips share a session, and labels these alike.";
  case CST_TIER_ORACLE:
    return "Training used the label of the session: agreement with it is by construction.";
  default:
    return "Training used neither check.";
  }
}

static bool checked_by_session(const run_files *run)
{
  for (size_t i = 0; i < run->n_stages; i++)
    if (run->stages[i].checked_by_session) return true;
  return false;
}

cst_status section_pseudo_labels(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const bool rounds = run->pseudo_labels.n > 0;
  if (!rounds && !has_strategy(run)) return st;
  pen_section(page, "pseudo-labels", "Pseudo-labels");
  CST_TRY(figure_pseudo_labels(page, run));
  if (rounds) add_rounds(page, &run->pseudo_labels);
  add_strategy(page, run);
  pen_paragraph(page);
  pen_say(page,
          "%s A session's label is that of its labelled clips, which are near copies: "
          "agreement with it says less than with hidden labels, which were in the metadata or "
          "in dataset.truth and withheld.%s",
          what_training_used(run),
          checked_by_session(run) ? " What is right in the last epoch of a stage is by sessions: "
                                    "this run has no hidden labels."
                                  : "");
  pen_end_paragraph(page);
  add_counts(page, run);
done:
  return st;
}

static void stage_row(pen *page, const stage_summary *s)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, s->fold[0] ? s->fold : "–");
  pen_cell(page);
  add_stage(page, s);
  pen_cell(page);
  pen_count(page, s->epochs);
  pen_cell(page);
  if (isnan(s->last_loss))
    pen_say(page, "–");
  else
    pen_say(page, "%.4f to %.4f", s->first_loss, s->last_loss);
  pen_cell(page);
  pen_percent(page, s->best);
  pen_cell(page);
  pen_count(page, s->best_epoch == 0 ? -1 : s->best_epoch);
  pen_cell(page);
  pen_real(page, 1, s->speed);
}

cst_status section_training(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  if (run->n_stages == 0) return st;
  pen_section(page, "training", "Training");
  pen_beside(page);
  CST_TRY(figure_training(page, run));
  CST_TRY(figure_strategy(page, run));
  pen_end_beside(page);
  pen_fold(page, "Stages of training", run->n_stages <= FEW);
  pen_table(page, "Stages of training");
  pen_column(page, 'l', "fold");
  pen_column(page, 'l', "stage");
  pen_column(page, 'r', "epochs");
  pen_column(page, 'r', "loss, first to last epoch");
  pen_column(page, 'r', "best validation");
  pen_column(page, 'r', "in epoch");
  pen_column(page, 'r', "clips/s");
  for (size_t i = 0; i < run->n_stages; i++) stage_row(page, &run->stages[i]);
  pen_end_table(page);
  pen_unfold(page);
  pen_paragraph(page);
  pen_say(page,
          "Validation is macro accuracy on held-out sessions of cities that train: it chooses "
          "the epoch and says little about new cities.");
  pen_end_paragraph(page);
done:
  return st;
}
