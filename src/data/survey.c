/* Contract in survey.h.  All clips count, whatever became of their audio. */
#include "survey.h"

#include "cassette/memory.h"

#include <stdlib.h>

/* What is known of a session within one set. */
typedef struct {
  size_t clips, labels;
  int scene; /* or SEVERAL */
} session_survey;

void cst_survey_reset(survey *self)
{
  cst_free(self->present);
  cst_free(self->cell);
  cst_free(self->first_cell);
  cst_free(self->only_city);
  cst_free(self->only_class);
  cst_free(self->class_clips);
  cst_free(self->class_sessions);
  *self = (survey){0};
}

static void count_clip(const cst_dataset *d, const cst_clip *c, survey *out,
                       session_survey *session)
{
  set_survey *set = &out->set[c->set];
  session_survey *s = &session[c->set * d->sessions.n + (size_t)c->session];
  set->clips++;
  set->usable += cst_audio_usable(c->status) && c->path;
  if (c->city != CST_NONE) out->present[c->set * d->cities.n + (size_t)c->city] = true;
  s->clips++;
  if (c->scene == CST_NONE) return;
  set->labelled++;
  s->scene = s->labels == 0 || s->scene == c->scene ? c->scene : SEVERAL;
  s->labels++;
  if (c->set != CST_SET_DEVELOPMENT) return;
  out->cell[out->cells++] = (cell_survey){.scene = c->scene, .city = c->city, .clips = 1};
  out->class_clips[c->scene]++;
}

static int by_class(const void *a, const void *b)
{
  const cell_survey *x = a, *y = b;
  if (x->scene != y->scene) return x->scene < y->scene ? -1 : 1;
  return (x->city > y->city) - (x->city < y->city);
}

static int joined(int before, int now) { return before == CST_NONE ? now : SEVERAL; }

/* Labels to cells, and what the cells say of classes and cities. */
static void gather_cells(const cst_dataset *d, survey *out)
{
  size_t n = 0;
  qsort(out->cell, out->cells, sizeof *out->cell, by_class);
  for (size_t i = 0; i < out->cells; i++) {
    if (n > 0 && by_class(&out->cell[n - 1], &out->cell[i]) == 0)
      out->cell[n - 1].clips++;
    else
      out->cell[n++] = out->cell[i];
  }
  out->cells = n;
  for (size_t k = 0; k < d->scenes.n; k++) out->only_city[k] = CST_NONE;
  for (size_t c = 0; c < d->cities.n; c++) out->only_class[c] = CST_NONE;
  for (size_t i = 0; i < n; i++) {
    const cell_survey *cell = &out->cell[i];
    const bool known = cell->city != CST_NONE; /* labels without a city may be from anywhere */
    out->first_cell[cell->scene + 1] = i + 1;
    out->only_city[cell->scene] = known ? joined(out->only_city[cell->scene], cell->city) : SEVERAL;
    if (known) out->only_class[cell->city] = joined(out->only_class[cell->city], cell->scene);
  }
  for (size_t k = 0; k < d->scenes.n; k++)
    if (out->first_cell[k + 1] == 0) out->first_cell[k + 1] = out->first_cell[k];
}

size_t cst_survey_cell(const survey *self, size_t scene, size_t city)
{
  for (size_t i = self->first_cell[scene]; i < self->first_cell[scene + 1]; i++)
    if (self->cell[i].city == (int)city) return self->cell[i].clips;
  return 0;
}

static void count_sessions(const cst_dataset *d, const session_survey *session, survey *out)
{
  for (size_t i = 0; i < SETS * d->sessions.n; i++) {
    const session_survey *s = &session[i];
    set_survey *set = &out->set[i / d->sessions.n];
    set->sessions += s->clips > 0;
    set->labelled_sessions += s->labels > 0;
    if (s->labels > 0) set->covered += s->clips - s->labels;
    if (s->labels > 0 && s->scene == SEVERAL && set->mixed_sessions++ == 0)
      set->first_mixed = (int)(i % d->sessions.n);
  }
}

/* Sessions of development and evaluation both. */
static void count_shared(const cst_dataset *d, const session_survey *session, survey *out)
{
  const session_survey *development = session + CST_SET_DEVELOPMENT * d->sessions.n;
  const session_survey *evaluation = session + CST_SET_EVALUATION * d->sessions.n;
  for (size_t s = 0; s < d->sessions.n; s++) {
    if (development[s].clips == 0 || evaluation[s].clips == 0) continue;
    out->shared_sessions++;
    out->shared_clips += evaluation[s].clips;
    if (development[s].labels > 0) out->shared_labelled += evaluation[s].clips;
  }
}

static void count_unseen(const cst_dataset *d, survey *out)
{
  for (size_t i = 0; i < SETS * d->cities.n; i++)
    out->set[i / d->cities.n].cities += out->present[i];
  for (size_t i = 0; i < d->n; i++) {
    const cst_clip *c = &d->clip[i];
    if (c->set == CST_SET_EVALUATION && c->city != CST_NONE)
      out->unseen_clips += !out->present[CST_SET_DEVELOPMENT * d->cities.n + (size_t)c->city];
  }
}

/* Sessions in which a class has labels: a mixed session counts for each of its classes.  Clips are
 * looked at session by session. */
static cst_status count_class_sessions(const cst_dataset *d, survey *out)
{
  cst_status st = CST_OK;
  size_t *end = NULL, *counted = NULL; /* of a session in `order`; last session + 1 of a class */
  uint32_t *order = NULL;
  CST_ALLOC(end, d->sessions.n + 1);
  CST_ALLOC(order, d->n);
  CST_ALLOC(counted, d->scenes.n);
  for (size_t i = 0; i < d->n; i++) end[d->clip[i].session + 1]++;
  for (size_t s = 0; s < d->sessions.n; s++) end[s + 1] += end[s];
  for (size_t i = 0; i < d->n; i++) order[end[d->clip[i].session]++] = (uint32_t)i;
  for (size_t i = 0; i < d->n; i++) {
    const cst_clip *c = &d->clip[order[i]];
    if (c->set != CST_SET_DEVELOPMENT || c->scene == CST_NONE) continue;
    out->class_sessions[c->scene] += counted[c->scene] != (size_t)c->session + 1;
    counted[c->scene] = (size_t)c->session + 1;
  }
done:
  cst_free(end);
  cst_free(order);
  cst_free(counted);
  return st;
}

cst_status cst_survey_make(const cst_dataset *data, survey *out)
{
  cst_status st = CST_OK;
  session_survey *session = NULL;
  *out = (survey){0};
  for (int set = 0; set < SETS; set++) out->set[set].first_mixed = CST_NONE;
  CST_ALLOC(session, SETS * data->sessions.n);
  CST_ALLOC(out->present, SETS * data->cities.n);
  CST_ALLOC(out->cell, data->n);
  CST_ALLOC(out->first_cell, data->scenes.n + 1);
  CST_ALLOC(out->only_city, data->scenes.n);
  CST_ALLOC(out->only_class, data->cities.n);
  CST_ALLOC(out->class_clips, data->scenes.n);
  CST_ALLOC(out->class_sessions, data->scenes.n);
  for (size_t i = 0; i < data->n; i++) count_clip(data, &data->clip[i], out, session);
  gather_cells(data, out);
  count_sessions(data, session, out);
  count_shared(data, session, out);
  count_unseen(data, out);
  CST_TRY(count_class_sessions(data, out));
done:
  cst_free(session);
  if (st != CST_OK) cst_survey_reset(out);
  return st;
}
