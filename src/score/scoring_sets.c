/* Which clips a figure is of: by the fold's own training, by city and by session.  Contract in
 * scoring_sets.h. */
#include "scoring_sets.h"

#include "cassette/memory.h"

bool scoring_counts(const fold_scores *scores, const cst_score *score)
{
  return scores->trained[score->truth];
}

bool scoring_is_seen(const fold_scores *scores, const cst_score *score)
{
  return score->city != CST_NONE && !scores->fold->held_out[score->city];
}

bool scoring_is_unseen(const fold_scores *scores, const cst_score *score)
{
  return score->city != CST_NONE && scores->fold->held_out[score->city];
}

bool scoring_validation_is_seen(const fold_scores *scores)
{
  for (size_t i = 0; i < scores->n_test; i++)
    if (scoring_is_seen(scores, &scores->test[i])) return false;
  return true;
}

/* Whether a held-out clip is of the kind. */
static bool is_of(const fold_scores *s, const cst_score *score, scored_clips kind)
{
  switch (kind) {
  case SCORED_UNSEEN:
    return scoring_is_unseen(s, score);
  case SCORED_SEEN:
    return scoring_is_seen(s, score);
  case SCORED_SEEN_NEW:
    return scoring_is_seen(s, score) && !s->seen_session[score->session];
  case SCORED_SHARED_SESSIONS:
    return s->seen_session[score->session];
  case SCORED_NEW_SESSIONS:
    return !s->seen_session[score->session];
  default:
    return true;
  }
}

/* What was met so far. */
typedef struct {
  const fold_scores *fold;
  const bool *classes;  /* NULL: all */
  bool *clip, *session; /* scratch: met already */
  score_set *out;
} pooling;

static void add(const pooling *p, const cst_score *score, uint32_t clip)
{
  if (!scoring_counts(p->fold, score) || (p->classes && !p->classes[score->truth])) return;
  p->out->scores[p->out->n++] = *score;
  p->out->clips += !p->clip[clip];
  p->out->sessions += !p->session[score->session];
  p->clip[clip] = p->session[score->session] = true;
}

cst_status scoring_pool(const cst_job *job, const fold_scores *folds, size_t n, scored_clips kind,
                        const bool *classes, score_set *out)
{
  cst_status st = CST_OK;
  pooling p = {.classes = classes, .out = out};
  size_t capacity = 0;
  *out = (score_set){0};
  for (size_t f = 0; f < n; f++) capacity += folds[f].n_test + folds[f].n_validation;
  CST_ALLOC(out->scores, capacity);
  CST_ALLOC(p.clip, job->data->n);
  CST_ALLOC(p.session, job->data->sessions.n);
  for (size_t f = 0; f < n; f++) {
    const fold_scores *s = p.fold = &folds[f];
    for (size_t i = 0; i < s->n_test; i++)
      if (is_of(s, &s->test[i], kind)) add(&p, &s->test[i], s->test_clip[i]);
    const bool seen = kind == SCORED_SEEN || kind == SCORED_SEEN_NEW;
    if (!seen || !scoring_validation_is_seen(s)) continue;
    for (size_t i = 0; i < s->n_validation; i++) add(&p, &s->validation[i], s->validation_clip[i]);
  }
done:
  cst_free(p.clip);
  cst_free(p.session);
  if (st != CST_OK) score_set_reset(out);
  return st;
}

void score_set_reset(score_set *self)
{
  cst_free(self->scores);
  *self = (score_set){0};
}
