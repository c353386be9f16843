/* Contract in survey.h.  All clips count, whatever became of their audio. */
#include "survey.h"

#include "cassette/memory.h"

enum { MIXED = -2 }; /* besides CST_NONE and a class: labels of several classes */

/* What is known of a session within one set. */
typedef struct {
  size_t clips, labels;
  int scene;
} session_survey;

void cst_survey_reset(survey *self)
{
  cst_free(self->heard);
  cst_free(self->cell);
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
  if (c->city != CST_NONE) out->heard[c->set * d->cities.n + (size_t)c->city] = true;
  s->clips++;
  if (c->scene == CST_NONE) return;
  set->labelled++;
  s->scene = s->labels == 0 || s->scene == c->scene ? c->scene : MIXED;
  s->labels++;
  if (c->set != CST_SET_DEVELOPMENT) return;
  const size_t city = c->city == CST_NONE ? d->cities.n : (size_t)c->city;
  out->cell[(size_t)c->scene * (d->cities.n + 1) + city]++;
  out->class_clips[c->scene]++;
}

static void count_sessions(const cst_dataset *d, const session_survey *session, survey *out)
{
  for (size_t i = 0; i < SETS * d->sessions.n; i++) {
    const session_survey *s = &session[i];
    set_survey *set = &out->set[i / d->sessions.n];
    set->sessions += s->clips > 0;
    set->labelled_sessions += s->labels > 0;
    if (s->labels > 0) set->covered += s->clips - s->labels;
    if (s->labels > 0 && s->scene == MIXED && set->mixed_sessions++ == 0)
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
  for (size_t i = 0; i < SETS * d->cities.n; i++) out->set[i / d->cities.n].cities += out->heard[i];
  for (size_t i = 0; i < d->n; i++) {
    const cst_clip *c = &d->clip[i];
    if (c->set == CST_SET_EVALUATION && c->city != CST_NONE)
      out->unseen_clips += !out->heard[CST_SET_DEVELOPMENT * d->cities.n + (size_t)c->city];
  }
}

/* Sessions in which a class has labels: a mixed session counts for each of its classes. */
static cst_status count_class_sessions(const cst_dataset *d, survey *out)
{
  cst_status st = CST_OK;
  bool *seen = NULL; /* [sessions][scenes] */
  CST_ALLOC(seen, d->sessions.n * d->scenes.n);
  for (size_t i = 0; i < d->n; i++) {
    const cst_clip *c = &d->clip[i];
    if (c->set != CST_SET_DEVELOPMENT || c->scene == CST_NONE) continue;
    bool *mark = &seen[(size_t)c->session * d->scenes.n + (size_t)c->scene];
    out->class_sessions[c->scene] += !*mark;
    *mark = true;
  }
done:
  cst_free(seen);
  return st;
}

cst_status cst_survey_make(const cst_dataset *data, survey *out)
{
  cst_status st = CST_OK;
  session_survey *session = NULL;
  *out = (survey){0};
  for (int set = 0; set < SETS; set++) out->set[set].first_mixed = CST_NONE;
  CST_ALLOC(session, SETS * data->sessions.n);
  CST_ALLOC(out->heard, SETS * data->cities.n);
  CST_ALLOC(out->cell, data->scenes.n * (data->cities.n + 1));
  CST_ALLOC(out->class_clips, data->scenes.n);
  CST_ALLOC(out->class_sessions, data->scenes.n);
  for (size_t i = 0; i < data->n; i++) count_clip(data, &data->clip[i], out, session);
  count_sessions(data, session, out);
  count_shared(data, session, out);
  count_unseen(data, out);
  CST_TRY(count_class_sessions(data, out));
done:
  cst_free(session);
  if (st != CST_OK) cst_survey_reset(out);
  return st;
}
