/*
 * What a data set can and cannot show, as text.  The questions are those on which evaluations of
 * this kind went wrong: do clips of one recording sit on two sides of a split, and does the city
 * give the class away?
 */
#include "cassette/memory.h"
#include "grid.h"
#include "survey.h"

#include <stdio.h>
#include <string.h>

enum { MOST_CITIES = 12, FIRST_FEW = 3, STATUSES = CST_AUDIO_UNCHECKED + 1 };

typedef struct {
  const cst_dataset *data;
  survey counts;
  cst_text *out;
} audit;

static const char *const set_names[SETS] = {"development", "evaluation", "pre-training"};

static void add_counts(const audit *a, cst_grid *g, const char *what, size_t field)
{
  cst_grid_add(g, what);
  for (int set = 0; set < SETS; set++) {
    const set_survey *s = &a->counts.set[set];
    const size_t count[] = {s->clips,    s->labelled,          s->cities,
                            s->sessions, s->labelled_sessions, s->usable};
    if (s->clips > 0) cst_grid_add_count(g, count[field]);
  }
}

static cst_status add_sets(const audit *a)
{
  static const char *const rows[] = {
      "clips", "labelled", "cities", "sessions", "sessions with label", "usable audio"};
  cst_grid g = {.columns = 1};
  cst_grid_add(&g, "");
  for (int set = 0; set < SETS; set++)
    if (a->counts.set[set].clips > 0) {
      g.columns++;
      cst_grid_add(&g, set_names[set]);
    }
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) add_counts(a, &g, rows[i], i);
  return cst_grid_print(&g, a->out);
}

static void add_session_facts(const audit *a)
{
  char part[32], whole[32];
  const set_survey *s = &a->counts.set[CST_SET_DEVELOPMENT];
  const size_t unlabelled = s->clips - s->labelled;
  if (s->sessions == s->clips) {
    cst_text_add(a->out, "- No clip shares a session with another: either none are known, or "
                         "every clip is a recording of its own.\n");
    return;
  }
  if (s->mixed_sessions > 0)
    cst_text_add(a->out, "- %s of %s labelled sessions hold several classes, first %s.\n",
                 cst_count_text(s->mixed_sessions, part),
                 cst_count_text(s->labelled_sessions, whole),
                 a->data->sessions.item[s->first_mixed]);
  else if (s->labelled_sessions > 0)
    cst_text_add(a->out, "- Every labelled session has one class.\n");
  if (unlabelled > 0)
    cst_text_add(a->out,
                 "- Sessions with a label cover %.1f %% of the unlabelled clips (%s of %s).\n",
                 100.0 * (double)s->covered / (double)unlabelled, cst_count_text(s->covered, part),
                 cst_count_text(unlabelled, whole));
}

static void add_evaluation_facts(const audit *a)
{
  char n[32], m[32], k[32];
  const cst_dataset *d = a->data;
  const survey *s = &a->counts;
  size_t unseen = 0;
  if (s->set[CST_SET_EVALUATION].clips == 0) return;
  cst_text_add(a->out,
               "- %s evaluation clips belong to %s sessions that are also in development; %s of "
               "them to one with a label.\n",
               cst_count_text(s->shared_clips, n), cst_count_text(s->shared_sessions, m),
               cst_count_text(s->shared_labelled, k));
  const bool *development = s->present + CST_SET_DEVELOPMENT * d->cities.n;
  const bool *evaluation = s->present + CST_SET_EVALUATION * d->cities.n;
  for (size_t c = 0; c < d->cities.n; c++) unseen += evaluation[c] && !development[c];
  char head[128];
  snprintf(head, sizeof head, "%zu evaluation cities are unseen in development (%s clips)", unseen,
           cst_count_text(s->unseen_clips, n));
  cst_list list = {.head = head};
  for (size_t c = 0; c < d->cities.n; c++)
    if (evaluation[c] && !development[c]) cst_list_add(&list, d->cities.item[c], NULL, a->out);
  if (unseen == 0) cst_text_add(a->out, "- %s.\n", head);
  cst_list_end(&list, a->out);
}

/* "- HEAD: a (x), b (y)." over the names that have one partner only; nothing when none has. */
static void add_pairs(const audit *a, const char *head, const cst_names *of, const cst_names *with,
                      const int *only)
{
  cst_list list = {.head = head};
  for (size_t i = 0; i < of->n; i++)
    if (only[i] >= 0) cst_list_add(&list, of->item[i], with->item[only[i]], a->out);
  cst_list_end(&list, a->out);
}

static void add_cell_facts(const audit *a)
{
  const cst_dataset *d = a->data;
  const size_t cities = a->counts.set[CST_SET_DEVELOPMENT].cities;
  size_t filled = 0;
  if (cities == 0) {
    cst_text_add(a->out, "- Cities are unknown: city-held-out evaluation is impossible.\n");
    return;
  }
  for (size_t i = 0; i < a->counts.cells; i++) filled += a->counts.cell[i].city != CST_NONE;
  cst_text_add(a->out, "- %zu of %zu city x class cells hold labels.\n", filled,
               cities * d->scenes.n);
  add_pairs(a, "Classes in one city only", &d->scenes, &d->cities, a->counts.only_city);
  add_pairs(a, "Cities with one class only", &d->cities, &d->scenes, a->counts.only_class);
}

/* Labels per class and, where they fit on a line, per development city. */
static cst_status add_classes(const audit *a)
{
  const cst_dataset *d = a->data;
  const size_t cities = a->counts.set[CST_SET_DEVELOPMENT].cities;
  const bool *present = a->counts.present + CST_SET_DEVELOPMENT * d->cities.n;
  const bool wide = cities > 0 && cities <= MOST_CITIES;
  cst_grid g = {.columns = 3 + (wide ? cities : 0)};
  cst_grid_add(&g, "class");
  cst_grid_add(&g, "labels");
  cst_grid_add(&g, "sessions");
  for (size_t c = 0; wide && c < d->cities.n; c++)
    if (present[c]) cst_grid_add(&g, d->cities.item[c]);
  for (size_t k = 0; k < d->scenes.n; k++) {
    cst_grid_add(&g, d->scenes.item[k]);
    cst_grid_add_count(&g, a->counts.class_clips[k]);
    cst_grid_add_count(&g, a->counts.class_sessions[k]);
    for (size_t c = 0; wide && c < d->cities.n; c++)
      if (present[c] && cst_survey_cell(&a->counts, k, c) > 0)
        cst_grid_add_count(&g, cst_survey_cell(&a->counts, k, c));
      else if (present[c])
        cst_grid_add(&g, "-");
  }
  cst_text_add(a->out, "\nLabels in development:\n\n");
  return cst_grid_print(&g, a->out);
}

static cst_status add_pretrain_classes(const audit *a)
{
  cst_status st = CST_OK;
  const cst_dataset *d = a->data;
  static const char *const head[] = {"class", "labels", "train", "evaluate"};
  cst_grid g = {.columns = 4};
  size_t(*count)[3] = NULL;
  if (a->counts.set[CST_SET_PRETRAIN].clips == 0) return CST_OK;
  CST_ALLOC(count, d->pretrain_scenes.n);
  for (size_t i = 0; i < d->n; i++)
    if (d->clip[i].set == CST_SET_PRETRAIN && d->clip[i].scene != CST_NONE)
      count[d->clip[i].scene][d->clip[i].part]++;
  for (size_t i = 0; i < g.columns; i++) cst_grid_add(&g, head[i]);
  for (size_t k = 0; k < d->pretrain_scenes.n; k++) {
    cst_grid_add(&g, d->pretrain_scenes.item[k]);
    cst_grid_add_count(&g, count[k][0] + count[k][1] + count[k][2]);
    cst_grid_add_count(&g, count[k][CST_PART_TRAIN]);
    cst_grid_add_count(&g, count[k][CST_PART_EVALUATE]);
  }
  cst_text_add(a->out, "\nLabels for pre-training:\n\n");
  CST_TRY(cst_grid_print(&g, a->out));
done:
  cst_free(count);
  return st;
}

static void add_status_row(const audit *a, cst_audio_status status, size_t clips, cst_grid *g)
{
  cst_text first = {0};
  size_t named = 0;
  for (size_t i = 0; i < a->data->n && named < FIRST_FEW; i++)
    if (a->data->clip[i].status == status)
      cst_text_add(&first, "%s%s", named++ ? ", " : "", a->data->clip[i].id);
  if (clips > named) cst_text_add(&first, ", ...");
  cst_grid_add(g, cst_audio_status_text(status));
  cst_grid_add_count(g, clips);
  cst_grid_add(g, cst_audio_usable(status) ? "yes" : "no");
  cst_grid_add(g, first.data ? first.data : "");
  cst_text_reset(&first);
}

/* Clips whose audio is not as it should be. */
static cst_status add_audio(const audit *a)
{
  static const char *const head[] = {"audio", "clips", "used", "first"};
  size_t count[STATUSES] = {0}, odd = 0;
  cst_grid g = {.columns = 4};
  for (size_t i = 0; i < a->data->n; i++) count[a->data->clip[i].status]++;
  for (int s = 0; s < STATUSES; s++)
    if (s != CST_AUDIO_OK && s != CST_AUDIO_UNCHECKED) odd += count[s];
  if (odd == 0) return CST_OK;
  for (size_t i = 0; i < g.columns; i++) cst_grid_add(&g, head[i]);
  for (int s = 0; s < STATUSES; s++)
    if (s != CST_AUDIO_OK && s != CST_AUDIO_UNCHECKED && count[s] > 0)
      add_status_row(a, (cst_audio_status)s, count[s], &g);
  cst_text_add(a->out, "\nAudio that is not as it should be:\n\n");
  return cst_grid_print(&g, a->out);
}

cst_status cst_dataset_audit(const cst_dataset *self, cst_text *out)
{
  cst_status st = CST_OK;
  audit a = {.data = self, .out = out};
  CST_TRY(cst_survey_make(self, &a.counts));
  CST_TRY(add_sets(&a));
  cst_text_add(out, "\n");
  add_session_facts(&a);
  add_evaluation_facts(&a);
  add_cell_facts(&a);
  CST_TRY(add_classes(&a));
  CST_TRY(add_pretrain_classes(&a));
  CST_TRY(add_audio(&a));
  CST_TRY(cst_text_status(out));
done:
  cst_survey_reset(&a.counts);
  return st;
}
