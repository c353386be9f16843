/* What a split trains on and what it can show, as text.  Contract in cassette/split.h. */
#include "cassette/memory.h"
#include "cassette/split.h"
#include "cassette/stop.h"
#include "grid.h"

#include <stdio.h>
#include <string.h>

enum { ROLES = CST_ROLE_TEST + 1 };

/* Counts of one fold. */
typedef struct {
  size_t clips[ROLES];
  size_t sessions[ROLES];
  size_t scored; /* labelled TEST clips */
  size_t transduced;
  size_t (*scene)[ROLES]; /* labelled clips per class */
  cst_overlap overlap;
  bool *in; /* scratch: [sessions][ROLES] */
} fold_counts;

static void counts_reset(fold_counts *c)
{
  cst_free(c->scene);
  cst_free(c->in);
  *c = (fold_counts){0};
}

static void count_clip(const cst_clip *c, cst_role role, fold_counts *out)
{
  bool *in = &out->in[(size_t)c->session * ROLES + role];
  out->clips[role]++;
  out->sessions[role] += !*in;
  *in = true;
  if (c->scene == CST_NONE || c->set == CST_SET_PRETRAIN) return;
  out->scene[c->scene][role]++;
  out->scored += role == CST_ROLE_TEST;
}

static cst_status count_fold(const cst_dataset *data, const cst_fold *fold, fold_counts *out)
{
  cst_status st = CST_OK;
  *out = (fold_counts){0};
  CST_TRY(cst_fold_overlap(data, fold, &out->overlap));
  CST_ALLOC(out->scene, data->scenes.n);
  CST_ALLOC(out->in, data->sessions.n * ROLES);
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *c = &data->clip[i];
    out->transduced += fold->role[i] == CST_ROLE_TRANSDUCED;
    for (size_t role = 0; role < ROLES; role++)
      if (cst_role_is(fold->role[i], (cst_role)role)) count_clip(c, (cst_role)role, out);
  }
done:
  return st;
}

static void add_fold_row(const cst_dataset *data, const cst_fold *fold, const fold_counts *c,
                         cst_grid *g)
{
  char text[64];
  size_t testable = 0;
  for (size_t k = 0; k < data->scenes.n; k++) testable += fold->testable[k];
  cst_grid_add(g, fold->name);
  cst_grid_add_count(g, c->clips[CST_ROLE_TRAIN]);
  cst_grid_add_count(g, c->clips[CST_ROLE_VALIDATION]);
  cst_grid_add_count(g, c->clips[CST_ROLE_UNLABELLED]);
  cst_grid_add_count(g, c->clips[CST_ROLE_TEST]);
  cst_grid_add_count(g, c->scored);
  cst_grid_add_count(g, testable);
  snprintf(text, sizeof text, "%.1f %%", 100.0 * cst_overlap_leakage(&c->overlap));
  cst_grid_add(g, c->clips[CST_ROLE_VALIDATION] ? text : "-");
}

/* The classes chosen; nothing when there are none. */
static void add_classes(const cst_dataset *data, const cst_fold *fold, const fold_counts *c,
                        const char *head,
                        bool (*chosen)(const cst_fold *, const fold_counts *, size_t),
                        cst_text *out)
{
  cst_list list = {.of = fold->name, .head = head};
  for (size_t k = 0; k < data->scenes.n; k++)
    if (chosen(fold, c, k)) cst_list_add(&list, data->scenes.item[k], NULL, out);
  cst_list_end(&list, out);
}

static bool untested(const cst_fold *fold, const fold_counts *c, size_t k)
{
  return !fold->testable[k] && c->scene[k][CST_ROLE_TEST] == 0 && c->scene[k][CST_ROLE_TRAIN] > 0;
}

static bool untrained(const cst_fold *fold, const fold_counts *c, size_t k)
{
  (void)fold;
  return c->scene[k][CST_ROLE_TRAIN] == 0;
}

static bool not_validated(const cst_fold *fold, const fold_counts *c, size_t k)
{
  (void)fold;
  return c->clips[CST_ROLE_VALIDATION] > 0 && c->scene[k][CST_ROLE_TRAIN] > 0 &&
         c->scene[k][CST_ROLE_VALIDATION] == 0;
}

static void add_fold_facts(const cst_dataset *data, const cst_fold *fold, const fold_counts *c,
                           cst_text *out)
{
  const double leakage = cst_overlap_leakage(&c->overlap);
  const size_t shared = c->overlap.test_shared, test = c->overlap.test;
  add_classes(data, fold, c, "not testable, never in training", untrained, out);
  add_classes(data, fold, c, "not testable, not in the held-out clips", untested, out);
  add_classes(data, fold, c, "in training but not in validation (one session only)", not_validated,
              out);
  if (c->clips[CST_ROLE_VALIDATION] == 0)
    cst_text_add(out, "- %s: no validation clips.\n", fold->name);
  if (leakage > 0.0)
    cst_text_add(out,
                 "- %s: LEAK: %.1f %% of the validation clips share a session with training; "
                 "validation figures will be too good.\n",
                 fold->name, 100.0 * leakage);
  if (c->transduced > 0)
    cst_text_add(out,
                 "- %s: TRANSDUCTIVE: %zu of %zu test clips train, too, without their labels.\n",
                 fold->name, c->transduced, test);
  if (shared > 0)
    cst_text_add(out,
                 "- %s: LEAK: %zu of %zu test clips (%.1f %%) are of recording sessions that "
                 "training hears; they are scored apart, too.\n",
                 fold->name, shared, test, 100.0 * (double)shared / (double)test);
}

static cst_status add_folds(const cst_dataset *data, const cst_folds *folds, cst_text *out,
                            cst_text *facts)
{
  static const char *const head[] = {"fold", "train",  "validation", "unlabelled",
                                     "test", "scored", "testable",   "leakage"};
  cst_status st = CST_OK;
  fold_counts c = {0};
  cst_grid g = {.columns = sizeof head / sizeof *head};
  for (size_t i = 0; i < g.columns; i++) cst_grid_add(&g, head[i]);
  for (size_t f = 0; f < folds->n && st == CST_OK; f++) {
    st = cst_stop_check("folds were reported");
    if (st == CST_OK) st = count_fold(data, &folds->fold[f], &c);
    if (st == CST_OK) {
      add_fold_row(data, &folds->fold[f], &c, &g);
      add_fold_facts(data, &folds->fold[f], &c, facts);
    }
    counts_reset(&c);
  }
  const cst_status printed = cst_grid_print(&g, out);
  return st != CST_OK ? st : printed;
}

cst_status cst_folds_report(const cst_dataset *data, const cst_folds *folds, cst_text *out)
{
  cst_status st = CST_OK;
  cst_text facts = {0};
  CST_TRY(add_folds(data, folds, out, &facts));
  for (size_t i = 0; i < folds->n_skipped; i++)
    cst_text_add(&facts, "- %s cannot be held out: %s.\n", folds->skipped[i].name,
                 folds->skipped[i].reason);
  CST_TRY(cst_text_status(&facts));
  cst_text_add(out, "%s%s", facts.bytes ? "\n" : "", facts.bytes ? facts.data : "");
  CST_TRY(cst_text_status(out));
done:
  cst_text_reset(&facts);
  return st;
}
