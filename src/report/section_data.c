/* The data: which clips there are, which were left out, and how they were split. */
#include "sections.h"

enum { SETS = CST_SET_PRETRAIN + 1, STATUSES = CST_AUDIO_UNCHECKED + 1 };

typedef struct {
  int64_t clips, labelled, status[STATUSES];
} set_counts;

static void count_sets(const cst_dataset *data, set_counts *counts)
{
  for (size_t i = 0; i < data->n; i++) {
    set_counts *c = &counts[data->clip[i].set];
    c->clips++;
    c->labelled += data->clip[i].scene != CST_NONE;
    c->status[data->clip[i].status]++;
  }
}

/* Clips of each set by state of their audio: the states that occur. */
static void add_sets(pen *page, const cst_dataset *data)
{
  static const char *const names[SETS] = {"development", "evaluation", "pre-training"};
  set_counts counts[SETS] = {0};
  bool occurs[STATUSES] = {false};
  count_sets(data, counts);
  pen_table(page, "Clips by state of their audio");
  pen_column(page, 'l', "set");
  pen_column(page, 'r', "clips");
  pen_column(page, 'r', "labelled");
  for (int s = 0; s < STATUSES; s++) {
    for (int set = 0; set < SETS; set++) occurs[s] = occurs[s] || counts[set].status[s] > 0;
    if (occurs[s]) pen_column(page, 'r', cst_audio_status_text((cst_audio_status)s));
  }
  for (int set = 0; set < SETS; set++) {
    if (counts[set].clips == 0) continue;
    pen_row(page);
    pen_cell(page);
    pen_say(page, "%s", names[set]);
    pen_cell(page);
    pen_count(page, counts[set].clips);
    pen_cell(page);
    pen_count(page, counts[set].labelled);
    for (int s = 0; s < STATUSES; s++) {
      if (!occurs[s]) continue;
      pen_cell(page);
      pen_count(page, counts[set].status[s]);
    }
  }
  pen_end_table(page);
}

/* The clips that were left out, by name; of many, the first. */
static void add_rejected(pen *page, const cst_dataset *data)
{
  enum { MOST = 50 };
  size_t rejected = 0;
  for (size_t i = 0; i < data->n; i++)
    rejected += !cst_audio_usable(data->clip[i].status);
  if (rejected == 0) return;
  pen_fold(page, "Clips that were left out");
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

cst_status section_data(pen *page, const run_files *run)
{
  const bool audited = run->audit && run->audit[0];
  if (!audited && !run->data) return CST_OK;
  pen_section(page, "data", "Data");
  if (run->data) {
    add_sets(page, run->data);
    add_rejected(page, run->data);
  }
  if (!audited) return CST_OK;
  pen_paragraph(page);
  pen_say(page, "Splits, leakage and rejected audio, as found before training:");
  pen_end_paragraph(page);
  pen_fold(page, "Audit");
  pen_listing(page, "text", run->audit);
  pen_unfold(page);
  return CST_OK;
}
