/* Made-up runs whose every answer is known, for comparisons. */
#ifndef MADE_RUNS_H
#define MADE_RUNS_H

#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/json.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Per fold: sessions of CLIPS clips, two classes of three; a clip of class Bus in every odd
 * session. */
enum { SESSIONS = 6, CLIPS = 3 };

typedef struct {
  const char *strategy, *tier, *setting; /* setting: a line of section strategy */
  int64_t seed;
  const char *fold, *data, *features, *split, *protocol;
  const char *teacher; /* digest of a fold's table */
  bool one_for_all;    /* of the tables */
  bool transductive;
  const char *of_setting, *reference; /* of an ablation */
  const char *hidden;                 /* share of the labels */
  double skill;                       /* share of the clips that are right */
} made;

static char root[256], dirs[16][512];
static size_t n_dirs;

/* Whether a run is right about a clip: the same for the same arguments. */
static bool is_right(const made *m, int session, int clip)
{
  const unsigned mixed =
      (unsigned)(m->seed * 7 + session * 5 + clip * 3 + m->fold[0] * 11) * 2654435761u;
  return (double)(mixed >> 8 & 0xffff) / 65536.0 < m->skill;
}

/* Optimiser steps of a run. */
static int64_t updates_of(const made *m) { return 100 * m->seed + (m->fold[0] == 'X'); }

static void put(const char *dir, const char *name, const char *text)
{
  char path[1024], *parent;
  snprintf(path, sizeof path, "%s/%s", dir, name);
  parent = cst_path_dir(path);
  assert_ok(cst_make_dirs(parent));
  cst_free(parent);
  test_write_file(path, text, strlen(text));
}

static void put_answers(const char *dir, const made *m)
{
  cst_text text = {0};
  cst_text_add(&text, "clip,fold,session,truth,predicted,counts,p Bus,p Metro\n");
  cst_text_add(&text, "other,%s,%s/x,Metro,Bus,0,1,0\n", m->fold, m->fold); /* must not count */
  for (int s = 0; s < SESSIONS; s++)
    for (int c = 0; c < CLIPS; c++) {
      const bool bus = s % 2, right = is_right(m, s, c);
      cst_text_add(&text, "clip-%d-%d,%s,%s/%d,%s,%s,1,0.5,0.5\n", s, c, m->fold, m->fold, s,
                   bus ? "Bus" : "Metro", bus == right ? "Bus" : "Metro");
    }
  put(dir, "predictions/held-out.csv", text.data);
  cst_text_reset(&text);
}

static void put_run(const char *dir, const made *m)
{
  cst_text text = {0};
  cst_text_add(&text,
               "{\"protocol\": \"%s\", \"macro_accuracy\": 0.5, \"classes\": [\"Bus\", \"Metro\", "
               "\"Tram\"], "
               "\"strategy\": \"%s\", \"tier\": \"%s\", \"seed\": %lld, \"digests\": {\"data\": "
               "\"%s\", \"features\": \"%s\"}, \"folds\": [{\"name\": \"%s\", \"split\": \"%s\", "
               "\"updates\": %lld, \"rows_seen\": 12000",
               m->protocol ? m->protocol : "leave-one-city-out", m->strategy, m->tier,
               (long long)m->seed, m->data ? m->data : "d1", m->features ? m->features : "f1",
               m->fold, m->split ? m->split : "s1", (long long)updates_of(m));
  if (m->teacher) cst_text_add(&text, ", \"teacher\": \"%s\"", m->teacher);
  cst_text_add(&text, "}]");
  if (m->transductive) cst_text_add(&text, ", \"transductive\": true");
  if (m->of_setting)
    cst_text_add(&text, ", \"setting\": \"%s\", \"reference\": \"%s\"", m->of_setting,
                 m->reference);
  if (m->teacher)
    cst_text_add(&text, ", \"teachers\": {\"files\": [\"eat.csv\"], \"runs\": [], \"by_fold\": %s}",
                 m->one_for_all ? "false" : "true");
  cst_text_add(&text, "}");
  put(dir, "metrics.json", text.data);
  cst_text_reset(&text);
  cst_text_add(
      &text,
      "name: x-%lld\nseed: %lld\ndataset:\n  hide_labels: %s\nsplit:\n  held_out: [%s]\nstrategy:\n  name: %s\n  %s\n"
      "run:\n  keep: %lld\n",
      (long long)m->seed, (long long)m->seed, m->hidden ? m->hidden : "0", m->fold, m->strategy,
      m->setting ? m->setting : "weight: 0", (long long)m->seed);
  put(dir, "config.yaml", text.data);
  cst_text_reset(&text);
  put(dir, "record.json",
      "{\"segments\": [{\"ranks\": 2, \"threads\": 3, \"timings\": {\"train\": "
      "{\"max\": 600}, \"evaluate\": {\"max\": 60}}}, {\"ranks\": 1, "
      "\"threads\": 1, \"timings\": {\"train\": {\"max\": 360}}}]}");
  put_answers(dir, m);
}

/* The directory of a new run, as an argument of the comparison. */
static const char *run(const made *m)
{
  char *dir = dirs[n_dirs++];
  snprintf(dir, sizeof dirs[0], "%s/%s-%s-%lld-%zu", root, m->strategy, m->fold, (long long)m->seed,
           n_dirs);
  put_run(dir, m);
  return dir;
}

static int fresh(void **state)
{
  (void)state;
  snprintf(root, sizeof root, "%s", test_temp_dir());
  n_dirs = 0;
  return 0;
}

static int clean(void **state)
{
  (void)state;
  test_remove_dirs();
  return 0;
}

static cst_status compare_with(size_t n, const char *reference)
{
  const char *list[16];
  char out[512];
  for (size_t i = 0; i < n; i++) list[i] = dirs[i];
  snprintf(out, sizeof out, "%s/out", root);
  return cst_report_compare(n, list, reference, out, false);
}

static cst_status compare(size_t n) { return compare_with(n, NULL); }

static cst_json *read_report(void)
{
  char path[512];
  cst_json *report;
  snprintf(path, sizeof path, "%s/out/report.json", root);
  assert_ok(cst_json_read(path, &report));
  return report;
}

static char *read_markdown(void)
{
  char path[512], *text;
  size_t n;
  snprintf(path, sizeof path, "%s/out/report.md", root);
  assert_ok(cst_file_read(path, &text, &n));
  return text;
}

static const cst_json *group(const cst_json *report, const char *name)
{
  const cst_json *groups = cst_json_get(report, "groups");
  for (size_t i = 0; i < cst_json_size(groups); i++)
    if (strcmp(cst_json_get_string(cst_json_at(groups, i), "name", ""), name) == 0)
      return cst_json_at(groups, i);
  fail_msg("no group %s", name);
  return NULL;
}

static void assert_says(const char *text, const char *fragment)
{
  if (!strstr(text, fragment)) fail_msg("not in the report: %s\n%s", fragment, text);
}

/* Macro accuracy of one seed over its folds: the mean over classes of right / clips. */
static double macro_of(made m, const char *const *folds, size_t n)
{
  double right[2] = {0.0}, clips[2] = {0.0};
  for (size_t f = 0; f < n; f++) {
    m.fold = folds[f];
    for (int s = 0; s < SESSIONS; s++)
      for (int c = 0; c < CLIPS; c++) {
        clips[s % 2]++;
        right[s % 2] += is_right(&m, s, c);
      }
  }
  return 0.5 * (right[0] / clips[0] + right[1] / clips[1]);
}

#endif
