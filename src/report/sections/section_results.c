/* Results: headline, classes, confusion. */
#include "figures.h"
#include "findings.h"
#include "sections.h"
#include "teachers.h"

#include <math.h>
#include <string.h>

static void add_protocol(pen *page, const run_files *run)
{
  const char *protocol = run->metrics.protocol;
  if (!protocol) return;
  pen_say(page, "Protocol ");
  pen_code(page, protocol);
  const bool transductive = run->metrics.transductive;
  if (strcmp(protocol, "official") == 0 && transductive)
    pen_say(page, ": trained on the development set and, without labels, on the evaluation set, "
                  "which is scored (transductive). ");
  else if (strcmp(protocol, "official") == 0)
    pen_say(page, ": trained on the development set, scored on the evaluation set. ");
  else if (transductive)
    pen_say(page, ": every clip is scored by a model that saw its city without labels only "
                  "(transductive). ");
  else
    pen_say(page, ": every clip is scored by a model that has not seen its city. ");
}

static void add_headline(pen *page, const run_files *run)
{
  const cst_headline *h = &run->metrics.figures.headline;
  const int64_t all = (int64_t)cst_json_size(run->metrics.classes);
  const int64_t scored = h->classes_scored;
  pen_large(page, "Macro accuracy", h->macro_accuracy);
  if (isfinite(h->ci95[0])) {
    pen_say(page, " (95 %% interval ");
    pen_interval(page, h->ci95);
    pen_say(page, ")");
  }
  pen_say(page, " on ");
  pen_count(page, h->clips);
  pen_say(page, " clips");
  if (h->sessions >= 0) {
    pen_say(page, " of ");
    pen_count(page, h->sessions);
    pen_say(page, " recording sessions");
  }
  if (scored >= 0 && scored < all)
    pen_say(page, ", over %lld of %lld classes", (long long)scored, (long long)all);
  pen_say(page, ".");
  pen_end_large(page);
}

/* Macro accuracy and interval of other answers than the headline's. */
static void say_macro(pen *page, const cst_headline *figures)
{
  pen_percent(page, figures->macro_accuracy);
  pen_say(page, " (95 %% interval ");
  pen_interval(page, figures->ci95);
  pen_say(page, "). ");
}

/* The same models without the average of weights that is scored; clips of a session, and several
 * runs, with one voice: where there are such figures. */
static void add_others(pen *page, const run_files *run)
{
  const cst_metrics *m = &run->metrics;
  if (m->raw.there) {
    pen_say(page, "Without the average of weights: ");
    say_macro(page, &m->raw.headline);
  }
  if (m->vote.there) {
    pen_say(page, "Clips recorded together with one voice (tier session): ");
    say_macro(page, &m->vote.headline);
  }
  if (m->ensemble.there) {
    pen_say(page, "%lld runs together: ", (long long)m->ensemble.runs);
    say_macro(page, &m->ensemble.headline);
  }
}

/* Seen against unseen cities, and where recordings were seen in training. */
static void add_sides(pen *page, const run_files *run)
{
  const cst_sides *sides = &run->metrics.figures.sides;
  const cst_drop *both = &sides->seen_against_unseen.drop;
  const cst_headline *shared = &sides->shared_sessions;
  if (both->there) {
    pen_say(page, "Over the same %zu of %zu classes, cities seen in training score ",
            cst_json_size(sides->seen_against_unseen.classes), cst_json_size(run->metrics.classes));
    pen_percent(page, both->seen.macro_accuracy);
    pen_say(page, " and unseen ones ");
    pen_percent(page, both->unseen.macro_accuracy);
    pen_say(page, ". ");
  }
  if (shared->clips <= 0) return;
  pen_count(page, shared->clips);
  pen_say(page, " of the clips are of recording sessions that training saw: ");
  pen_percent(page, shared->macro_accuracy);
  pen_say(page, " on them, ");
  pen_percent(page, sides->new_sessions.macro_accuracy);
  pen_say(page, " on the others. ");
}

/* There are labels, and none that a model could know. */
static void say_nothing_testable(pen *page, int64_t clips)
{
  pen_paragraph(page);
  pen_strong(page, true);
  pen_say(page, "No class to score.");
  pen_strong(page, false);
  pen_end_paragraph(page);
  pen_paragraph(page);
  pen_count(page, clips);
  pen_say(page, " held-out clips have labels, all of classes that their fold never trained on.");
  pen_end_paragraph(page);
}

static void add_figures(pen *page, const run_files *run)
{
  const int64_t left_out = run->metrics.figures.not_testable_clips;
  if (!run_is_scored(run) && left_out > 0) {
    say_nothing_testable(page, left_out);
    return;
  }
  if (!run_is_scored(run)) {
    pen_paragraph(page);
    pen_strong(page, true);
    pen_say(page, "No labels: predictions only.");
    pen_strong(page, false);
    pen_end_paragraph(page);
    pen_paragraph(page);
    pen_say(page, "The clips that were predicted have no public labels, so there is no accuracy to "
                  "report. The answers are in ");
    pen_code(page, "predictions/");
    pen_say(page, ", in the challenge's format; whoever holds the labels can score them.");
    pen_end_paragraph(page);
    return;
  }
  add_headline(page, run);
  pen_paragraph(page);
  pen_say(page,
          "The mean of the class accuracies, so a rare scene weighs as much as a common one. ");
  add_protocol(page, run);
  add_others(page, run);
  add_sides(page, run);
  pen_say(page,
          "The interval is a bootstrap over whole recording sessions: clips of one session "
          "are near copies and no independent evidence. With few sessions in a class it is too "
          "narrow. It covers the choice of recordings, of one training: another seed may well lie "
          "outside it, and only several tell.");
  pen_end_paragraph(page);
}

cst_status section_headline(pen *page, const run_files *run)
{
  add_figures(page, run);
  if (!run_is_scored(run) && run->metrics.transductive) {
    pen_paragraph(page);
    add_protocol(page, run);
    pen_end_paragraph(page);
  }
  teachers_write(page, run);
  return CST_OK;
}

static void class_row(pen *page, const run_files *run, size_t k, bool compare)
{
  const char *scene = cst_metrics_class(&run->metrics, k);
  pen_row(page);
  pen_cell(page);
  pen_name(page, scene);
  if (compare) {
    const double published = run_published(scene);
    pen_cell(page);
    if (isnan(published))
      pen_say(page, "unknown");
    else
      pen_say(page, "%.0f %%", 100.0 * published);
  }
  pen_cell(page);
  pen_percent(page, cst_json_get_number(run->metrics.figures.class_accuracy, scene, NAN));
  pen_cell(page);
  pen_count(page, run_class_clips(run, k));
}

/* The published mean is over all ten classes: a mean of fewer says so. */
static void mean_row(pen *page, const run_files *run, size_t n, bool compare)
{
  const cst_headline *h = &run->metrics.figures.headline;
  const int64_t scored = h->classes_scored;
  pen_row(page);
  pen_cell(page);
  pen_strong(page, true);
  if (scored >= 0 && scored < (int64_t)n)
    pen_say(page, "mean of %lld classes", (long long)scored);
  else
    pen_say(page, "mean");
  pen_strong(page, false);
  if (compare) {
    pen_cell(page);
    pen_strong(page, true);
    pen_say(page, "%.0f %%", 100.0 * cst_paper_macro);
    pen_strong(page, false);
  }
  pen_cell(page);
  pen_strong(page, true);
  pen_percent(page, h->macro_accuracy);
  pen_strong(page, false);
  pen_cell(page);
  pen_count(page, h->clips);
}

static void class_table(pen *page, const run_files *run, size_t n, bool compare)
{
  pen_table(page, "Accuracy of each class");
  pen_column(page, 'l', "class");
  if (compare) pen_column(page, 'r', "published baseline");
  pen_column(page, 'r', "this run");
  pen_column(page, 'r', "clips");
  for (size_t k = 0; k < n; k++) class_row(page, run, k, compare);
  mean_row(page, run, n, compare);
  pen_end_table(page);
}

cst_status section_classes(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const size_t n = cst_json_size(run->metrics.classes);
  const double accuracy = run->metrics.figures.headline.accuracy;
  const bool compare = run_is_comparable(run);
  if (!run_is_scored(run) || n == 0) return st;
  pen_section(page, "classes", "Classes");
  pen_beside(page);
  CST_TRY(figure_classes(page, run));
  class_table(page, run, n, compare);
  pen_end_beside(page);
  if (!isnan(accuracy)) {
    pen_paragraph(page);
    pen_say(page, "Share of these clips that are right: ");
    pen_percent(page, accuracy);
    pen_say(page, ".");
    pen_end_paragraph(page);
  }
  if (compare) {
    pen_paragraph(page);
    pen_say(page, "The published figures (arXiv:2402.02694, Table 2) were measured on the "
                  "challenge's evaluation set, whose labels are hidden. They stand here for "
                  "orientation; figures from other clips are not comparable with them. “unknown”: "
                  "not verified against the paper.");
    pen_end_paragraph(page);
  }
done:
  return st;
}

/* Share of a true class that got the wrong answer of cell @p i; 0 on the diagonal. */
static double confused_share(const cst_json *confusion, size_t n, size_t i)
{
  const cst_json *row = cst_json_at(confusion, i / n);
  double sum = 0.0;
  if (n == 0 || i / n == i % n) return 0.0;
  for (size_t p = 0; p < n; p++) sum += cst_json_number(cst_json_at(row, p), 0.0);
  return sum > 0.0 ? cst_json_number(cst_json_at(row, i % n), 0.0) / sum : 0.0;
}

/* The confusions that cost most, by share of the true class. */
static void add_largest(pen *page, const cst_json *classes, const cst_json *confusion)
{
  enum { MOST = 8 };
  const size_t n = cst_json_size(classes);
  double limit = INFINITY;
  size_t after = 0; /* of those with share `limit`, the cells from here on are still to come */
  if (n == 0) return;
  pen_table(page, "Largest confusions");
  pen_column(page, 'l', "largest confusions");
  pen_column(page, 'l', "taken for");
  pen_column(page, 'r', "share");
  pen_column(page, 'r', "clips");
  for (size_t listed = 0; listed < MOST; listed++) {
    double best = 0.0;
    size_t at = 0;
    for (size_t i = 0; i < n * n; i++) {
      const double share = confused_share(confusion, n, i);
      const bool later = share < limit || (share == limit && i >= after);
      if (!later || share <= best) continue;
      best = share;
      at = i;
    }
    if (best <= 0.0) break;
    limit = best;
    after = at + 1;
    pen_row(page);
    pen_cell(page);
    pen_name(page, cst_json_string(cst_json_at(classes, at / n), "?"));
    pen_cell(page);
    pen_name(page, cst_json_string(cst_json_at(classes, at % n), "?"));
    pen_cell(page);
    pen_percent(page, best);
    pen_cell(page);
    pen_real(page, 0, cst_json_number(cst_json_at(cst_json_at(confusion, at / n), at % n), NAN));
  }
  pen_end_table(page);
}

static void confusion_row(pen *page, const cst_json *row, size_t t, size_t n, const char *scene)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, scene);
  for (size_t p = 0; p < n; p++) {
    const double clips = cst_json_number(cst_json_at(row, p), 0.0);
    pen_cell(page);
    if (t == p) pen_strong(page, true);
    if (t == p || clips > 0.0)
      pen_say(page, "%.0f", clips);
    else
      pen_say(page, "·");
    if (t == p) pen_strong(page, false);
  }
}

cst_status section_confusion(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_json *classes = run->metrics.classes, *confusion = run->metrics.figures.confusion;
  const size_t n = cst_json_size(classes);
  if (!run_is_scored(run) || n == 0 || cst_json_size(confusion) != n) return st;
  pen_section(page, "confusion", "Confusion");
  pen_beside(page);
  CST_TRY(figure_confusion(page, run));
  add_largest(page, classes, confusion);
  pen_end_beside(page);
  pen_fold(page, "Confusion matrix as a table", false);
  pen_paragraph(page);
  pen_say(page, "Clips; rows are the truth, columns the answers.");
  pen_end_paragraph(page);
  pen_table(page, "Confusion matrix");
  pen_column(page, 'l', "");
  for (size_t k = 0; k < n; k++)
    pen_column(page, 'r', cst_json_string(cst_json_at(classes, k), "?"));
  for (size_t t = 0; t < n; t++)
    confusion_row(page, cst_json_at(confusion, t), t, n,
                  cst_json_string(cst_json_at(classes, t), "?"));
  pen_end_table(page);
  pen_unfold(page);
done:
  return st;
}
