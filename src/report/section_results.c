/* Results: headline, classes, seen and unseen cities, folds, confusion. */
#include "cassette/report.h"

#include "markdown.h"
#include "sections.h"

#include <math.h>
#include <string.h>

static const cst_json *metric(const run_files *run, const char *key)
{
  return cst_json_get(run->metrics, key);
}

void section_headline(cst_text *out, const run_files *run)
{
  if (!run_is_scored(run)) {
    cst_text_add(out, "**No labels: predictions only.**\n");
    return;
  }
  const double macro = cst_json_get_number(run->metrics, "macro_accuracy", NAN);
  const int64_t sessions = cst_json_get_integer(run->metrics, "sessions", -1);
  cst_text_add(out, "**Macro accuracy ");
  markdown_percent(out, macro);
  if (isfinite(cst_json_number(cst_json_at(metric(run, "ci95"), 0), NAN))) {
    cst_text_add(out, " (95 %% interval ");
    markdown_interval(out, metric(run, "ci95"));
    cst_text_add(out, ")");
  }
  cst_text_add(out, " on ");
  markdown_count(out, cst_json_get_integer(run->metrics, "clips", -1));
  cst_text_add(out, " clips");
  if (sessions >= 0) {
    cst_text_add(out, " of ");
    markdown_count(out, sessions);
    cst_text_add(out, " recording sessions");
  }
  cst_text_add(out, ".**\n");
}

/* What was held out, in words. */
static void add_protocol(cst_text *out, const run_files *run)
{
  const char *protocol = cst_json_get_string(run->metrics, "protocol", NULL);
  if (!protocol) return;
  cst_text_add(out, "Protocol `");
  markdown_cell(out, protocol);
  cst_text_add(out, "`: ");
  if (strcmp(protocol, "official") == 0)
    cst_text_add(out, "trained on the development set, scored on the evaluation set. ");
  else if (cst_json_get_bool(run->metrics, "transductive", false))
    cst_text_add(out, "every clip is scored by a model that heard its city without labels only "
                      "(transductive). ");
  else
    cst_text_add(out, "every clip is scored by a model that has not heard its city. ");
}

void section_meaning(cst_text *out, const run_files *run)
{
  if (!run_is_scored(run)) {
    cst_text_add(out, "\nThe clips that were predicted have no public labels, so there is no "
                      "accuracy to report. The answers are in `predictions/`, in the challenge's "
                      "format; whoever holds the labels can score them.\n");
    return;
  }
  cst_text_add(out, "\nThe mean of the class accuracies, so a rare scene weighs as much as a "
                    "common one. ");
  add_protocol(out, run);
  cst_text_add(out, "The interval is a bootstrap over whole recording sessions: clips of one "
                    "session are near copies and no independent evidence. It covers the choice of "
                    "recordings, not the choice of seeds.\n");
}

/* Clips whose true class is @p k. */
static int64_t class_clips(const cst_json *confusion, size_t k)
{
  const cst_json *row = cst_json_at(confusion, k);
  double sum = 0.0;
  if (!row) return -1;
  for (size_t j = 0; j < cst_json_size(row); j++) sum += cst_json_number(cst_json_at(row, j), 0.0);
  return llround(sum);
}

static const cst_published *published(const char *scene)
{
  for (size_t i = 0; i < sizeof cst_paper_table2 / sizeof *cst_paper_table2; i++)
    if (strcmp(cst_paper_table2[i].scene, scene) == 0) return &cst_paper_table2[i];
  return NULL;
}

/* The published column means something only for the challenge's own classes, and nothing beside
 * synthetic recordings. */
static bool comparable(const run_files *run)
{
  const cst_json *classes = metric(run, "classes");
  if (config_lines_has(&run->config, "dataset.layout: synth")) return false;
  for (size_t k = 0; k < cst_json_size(classes); k++)
    if (!published(cst_json_string(cst_json_at(classes, k), ""))) return false;
  return cst_json_size(classes) > 0;
}

static void class_row(cst_text *out, const run_files *run, const char *scene, int64_t clips,
                      bool compare)
{
  const cst_published *p = compare ? published(scene) : NULL;
  cst_text_add(out, "| ");
  markdown_cell(out, scene);
  if (p && isnan(p->accuracy))
    cst_text_add(out, " | unknown");
  else if (p)
    cst_text_add(out, " | %.0f %%", 100.0 * p->accuracy);
  cst_text_add(out, " | ");
  markdown_percent(out, cst_json_get_number(metric(run, "class_accuracy"), scene, NAN));
  cst_text_add(out, " | ");
  markdown_count(out, clips);
  cst_text_add(out, " |\n");
}

/* What macro accuracy leaves out. */
static void add_pooled(cst_text *out, const run_files *run)
{
  const double accuracy = cst_json_get_number(run->metrics, "accuracy", NAN);
  const double error = cst_json_get_number(run->metrics, "calibration_error", NAN);
  if (isnan(accuracy)) return;
  cst_text_add(out, "\nShare of all clips that are right: ");
  markdown_percent(out, accuracy);
  if (!isnan(error)) {
    cst_text_add(out, "; expected calibration error ");
    markdown_percent(out, error);
  }
  cst_text_add(out, ".\n");
}

void section_classes(cst_text *out, const run_files *run)
{
  const cst_json *classes = metric(run, "classes"), *confusion = metric(run, "confusion");
  const bool compare = comparable(run);
  if (!run_is_scored(run) || cst_json_size(classes) == 0) return;
  cst_text_add(out, "\n## Classes\n\n| class |%s this run | clips |\n|---|%s---:|---:|\n",
               compare ? " published baseline |" : "", compare ? "---:|" : "");
  for (size_t k = 0; k < cst_json_size(classes); k++)
    class_row(out, run, cst_json_string(cst_json_at(classes, k), "?"), class_clips(confusion, k),
              compare);
  cst_text_add(out, "| **mean** |");
  if (compare) cst_text_add(out, " **%.0f %%** |", 100.0 * cst_paper_macro);
  cst_text_add(out, " **");
  markdown_percent(out, cst_json_get_number(run->metrics, "macro_accuracy", NAN));
  cst_text_add(out, "** | ");
  markdown_count(out, cst_json_get_integer(run->metrics, "clips", -1));
  cst_text_add(out, " |\n");
  add_pooled(out, run);
  if (compare)
    cst_text_add(out, "\nThe published figures (arXiv:2402.02694) were measured on the challenge's "
                      "evaluation set, whose labels are hidden. They stand here for orientation; "
                      "figures from other clips are not comparable with them. \"unknown\": not "
                      "verified against the paper.\n");
}

static void group_row(cst_text *out, const char *name, const cst_json *group)
{
  if (!group || cst_json_get_integer(group, "clips", 0) == 0) return;
  cst_text_add(out, "| %s | ", name);
  markdown_percent(out, cst_json_get_number(group, "macro_accuracy", NAN));
  cst_text_add(out, " | ");
  markdown_interval(out, cst_json_get(group, "ci95"));
  cst_text_add(out, " | ");
  markdown_count(out, cst_json_get_integer(group, "clips", -1));
  cst_text_add(out, " |\n");
}

void section_groups(cst_text *out, const run_files *run)
{
  const cst_json *seen = metric(run, "seen_cities"), *unseen = metric(run, "unseen_cities");
  if (cst_json_get_integer(seen, "clips", 0) + cst_json_get_integer(unseen, "clips", 0) == 0)
    return;
  cst_text_add(out, "\n## Cities heard in training, and not\n\n| cities | macro accuracy | 95 %% "
                    "interval | clips |\n|---|---:|---:|---:|\n");
  group_row(out, "seen", seen);
  group_row(out, "unseen", unseen);
  if (strcmp(cst_json_get_string(run->metrics, "protocol", ""), "official") != 0)
    cst_text_add(out, "\nSeen: each fold's validation sessions. They are not trained on but choose "
                      "the epoch, so this side is flattered: the gap is an upper estimate of what "
                      "new cities cost.\n");
}

void section_cities(cst_text *out, const run_files *run)
{
  const cst_json *cities = metric(run, "city_accuracy"), *clips = metric(run, "city_clips");
  const cst_json *value;
  const char *city;
  if (!run_is_scored(run) || cst_json_size(cities) == 0) return;
  cst_text_add(out, "\n## Cities\n\n| city | accuracy | clips |\n|---|---:|---:|\n");
  for (size_t i = 0; (city = cst_json_member(cities, i, &value)) != NULL; i++) {
    cst_text_add(out, "| ");
    markdown_cell(out, city);
    cst_text_add(out, " | ");
    markdown_percent(out, cst_json_number(value, NAN));
    cst_text_add(out, " | ");
    markdown_count(out, cst_json_get_integer(clips, city, -1));
    cst_text_add(out, " |\n");
  }
  cst_text_add(out, "\nPlain accuracy: few cities hold more than a few scenes, so their macro "
                    "accuracies would not compare.\n");
}

void section_confusion(cst_text *out, const run_files *run)
{
  const cst_json *classes = metric(run, "classes"), *confusion = metric(run, "confusion");
  const size_t n = cst_json_size(classes);
  if (!run_is_scored(run) || n == 0 || cst_json_size(confusion) != n) return;
  cst_text_add(out, "\n## Confusion\n\nClips; rows are the truth, columns the answers.\n\n|  |");
  for (size_t k = 0; k < n; k++) {
    cst_text_add(out, " ");
    markdown_cell(out, cst_json_string(cst_json_at(classes, k), "?"));
    cst_text_add(out, " |");
  }
  cst_text_add(out, "\n|---|");
  for (size_t k = 0; k < n; k++) cst_text_add(out, "---:|");
  for (size_t t = 0; t < n; t++) {
    cst_text_add(out, "\n| ");
    markdown_cell(out, cst_json_string(cst_json_at(classes, t), "?"));
    cst_text_add(out, " |");
    for (size_t p = 0; p < n; p++) {
      const double clips = cst_json_number(cst_json_at(cst_json_at(confusion, t), p), 0.0);
      if (t == p)
        cst_text_add(out, " **%.0f** |", clips);
      else if (clips > 0.0)
        cst_text_add(out, " %.0f |", clips);
      else
        cst_text_add(out, " · |");
    }
  }
  cst_text_add(out, "\n");
}
