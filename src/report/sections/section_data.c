/* The data: which clips there are, which were left out, and how they were split. */
#include "findings.h"
#include "sections.h"

#include "cassette/memory.h"

#include <math.h>

enum { SETS = CST_SET_PRETRAIN + 1, STATUSES = CST_AUDIO_UNCHECKED + 1 };

typedef struct {
  int64_t clips, labelled, sessions, cities, status[STATUSES];
} set_counts;

/* One more of @p seen if @p index was not seen before. */
static void count_once(bool *seen, int index, int64_t *n)
{
  if (index == CST_NONE || seen[index]) return;
  seen[index] = true;
  ++*n;
}

static cst_status count_set(const cst_dataset *data, cst_set set, set_counts *out)
{
  cst_status st = CST_OK;
  bool *session = NULL, *city = NULL;
  *out = (set_counts){0};
  CST_ALLOC(session, data->sessions.n);
  CST_ALLOC(city, data->cities.n);
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *clip = &data->clip[i];
    if (clip->set != set) continue;
    out->clips++;
    out->labelled += clip->scene != CST_NONE;
    out->status[clip->status]++;
    count_once(session, clip->session, &out->sessions);
    count_once(city, clip->city, &out->cities);
  }
done:
  cst_free(session);
  cst_free(city);
  return st;
}

static void set_row(pen *page, const char *name, const set_counts *c, const bool *occurs)
{
  const int64_t counts[] = {c->clips, c->labelled, c->sessions, c->cities};
  pen_row(page);
  pen_cell(page);
  pen_say(page, "%s", name);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    pen_cell(page);
    pen_count(page, counts[i]);
  }
  for (int s = 0; s < STATUSES; s++) {
    if (!occurs[s]) continue;
    pen_cell(page);
    pen_count(page, c->status[s]);
  }
}

/* Clips of each set by state of their audio: the states that occur. */
static cst_status add_sets(pen *page, const cst_dataset *data)
{
  static const char *const names[SETS] = {"development", "evaluation", "pre-training"};
  static const char *const columns[] = {"clips", "labelled", "sessions", "cities"};
  cst_status st = CST_OK;
  set_counts counts[SETS];
  bool occurs[STATUSES] = {false};
  for (int set = 0; set < SETS; set++) {
    CST_TRY(count_set(data, (cst_set)set, &counts[set]));
    for (int s = 0; s < STATUSES; s++) occurs[s] = occurs[s] || counts[set].status[s] > 0;
  }
  pen_table(page, "Clips by state of their audio");
  pen_column(page, 'l', "set");
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) pen_column(page, 'r', columns[i]);
  for (int s = 0; s < STATUSES; s++)
    if (occurs[s]) pen_column(page, 'r', cst_audio_status_text((cst_audio_status)s));
  for (int set = 0; set < SETS; set++)
    if (counts[set].clips > 0) set_row(page, names[set], &counts[set], occurs);
  pen_end_table(page);
done:
  return st;
}

/* The clips that were left out, by name; of many, the first. */
static void add_rejected(pen *page, const cst_dataset *data)
{
  enum { MOST = 50 };
  size_t rejected = 0;
  for (size_t i = 0; i < data->n; i++) rejected += !cst_audio_usable(data->clip[i].status);
  pen_paragraph(page);
  if (rejected == 0)
    pen_say(page, "All audio is usable.");
  else
    pen_say(page, "%zu of %zu clips have no usable audio and were left out.", rejected, data->n);
  pen_end_paragraph(page);
  if (rejected == 0) return;
  pen_fold(page, "Clips that were left out", rejected <= 8);
  pen_list(page);
  for (size_t i = 0, listed = 0; i < data->n && listed < MOST; i++) {
    const cst_clip *clip = &data->clip[i];
    if (cst_audio_usable(clip->status)) continue;
    pen_item(page);
    pen_name(page, clip->id);
    pen_say(page, ": %s", cst_audio_status_text(clip->status));
    listed++;
  }
  if (rejected > MOST) {
    pen_item(page);
    pen_say(page, "and %zu more, in manifest.csv", rejected - MOST);
  }
  pen_end_list(page);
  pen_unfold(page);
}

static void add_leak(pen *page)
{
  pen_strong(page, true);
  pen_say(page, "Leakage:");
  pen_strong(page, false);
}

/* Test clips whose recordings training saw, of one fold. */
static void add_shared_tests(pen *page, const run_files *run, const cst_stage_metrics *fold)
{
  const cst_sides *sides = &fold->figures.sides;
  if (fold->test_clips_of_seen_sessions <= 0) return;
  pen_paragraph(page);
  add_leak(page);
  pen_say(page, " %lld of %lld test clips ", (long long)fold->test_clips_of_seen_sessions,
          (long long)fold->test_clips);
  if (run->metrics.folds.n > 1) {
    pen_say(page, "of fold ");
    pen_name(page, fold->name ? fold->name : "?");
    pen_say(page, " ");
  }
  pen_say(page, "are of recording sessions that training saw. ");
  if (sides->shared_sessions.clips > 0) {
    pen_say(page, "Macro accuracy is ");
    pen_percent(page, sides->shared_sessions.macro_accuracy);
    pen_say(page, " on them and ");
    pen_percent(page, sides->new_sessions.macro_accuracy);
    pen_say(page, " on the others, each over its own classes.");
  }
  pen_end_paragraph(page);
}

/* Whether validation and test know their recordings from training. */
static void add_leakage(pen *page, const run_files *run)
{
  double max = NAN;
  bool shared = false;
  for (size_t i = 0; i < run->metrics.folds.n; i++) {
    const cst_stage_metrics *fold = &run->metrics.folds.item[i].last;
    max = fmax(max, fold->validation_leakage);
    shared = shared || fold->test_clips_of_seen_sessions > 0;
    add_shared_tests(page, run, fold);
  }
  if (isnan(max)) return;
  pen_paragraph(page);
  if (max > 0.0) {
    add_leak(page);
    pen_say(page, " in a fold, up to ");
    pen_percent(page, max);
    pen_say(page, " of the validation clips share a recording session with training clips, so "
                  "validation accuracy reads too high.");
  } else if (shared) {
    pen_say(page, "No validation clip shares a recording session with training.");
  } else {
    pen_say(page, "No leakage: no validation or test clip shares a recording session with "
                  "training.");
  }
  pen_end_paragraph(page);
}

cst_status section_data(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const bool audited = run->audit && run->audit[0];
  if (!audited && !run->data && run->metrics.folds.n == 0) return st;
  pen_section(page, "data", "Data");
  if (run->data) {
    CST_TRY(add_sets(page, run->data));
    add_rejected(page, run->data);
  }
  add_leakage(page, run);
  if (!audited) goto done;
  pen_fold(page, "Splits, leakage and rejected audio, as found before training", false);
  pen_listing(page, "text", run->audit);
  pen_unfold(page);
done:
  return st;
}
