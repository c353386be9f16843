/* Figures of two sides apart: cities seen and not, sessions seen and not.  Contract in scoring_sides.h.
 */
#include "scoring_sides.h"

#include "scoring_headline.h"
#include "scoring_sets.h"

#include "cassette/memory.h"

#include <math.h>

/* Headline of one kind of clips. */
static cst_status add_side(const cst_job *job, const fold_scores *folds, size_t n,
                           scored_clips kind, cst_headline *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  CST_TRY(scoring_pool(job, folds, n, kind, NULL, &set));
  CST_TRY(scoring_headline(job, &set, out));
done:
  score_set_reset(&set);
  return st;
}

/* The two sides of a comparison. */
typedef struct {
  score_set seen, unseen;
  bool *classes; /* [classes] that both have */
  size_t shared; /* how many */
} sides;

static void mark(const score_set *set, bool *classes)
{
  for (size_t i = 0; i < set->n; i++) classes[set->scores[i].truth] = true;
}

/* A class that one side lacks would make the sides differ by what they were asked. */
static cst_status make_sides(const cst_job *job, const fold_scores *folds, size_t n, sides *out)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  bool *unseen = NULL;
  *out = (sides){0};
  CST_ALLOC(out->classes, K);
  CST_ALLOC(unseen, K);
  CST_TRY(scoring_pool(job, folds, n, SCORED_SEEN_NEW, NULL, &out->seen));
  CST_TRY(scoring_pool(job, folds, n, SCORED_UNSEEN, NULL, &out->unseen));
  mark(&out->seen, out->classes);
  mark(&out->unseen, unseen);
  for (size_t k = 0; k < K; k++) {
    out->classes[k] = out->classes[k] && unseen[k];
    out->shared += out->classes[k];
  }
  score_set_reset(&out->seen);
  score_set_reset(&out->unseen);
  CST_TRY(scoring_pool(job, folds, n, SCORED_SEEN_NEW, out->classes, &out->seen));
  CST_TRY(scoring_pool(job, folds, n, SCORED_UNSEEN, out->classes, &out->unseen));
done:
  cst_free(unseen);
  return st;
}

static void sides_reset(sides *self)
{
  score_set_reset(&self->seen);
  score_set_reset(&self->unseen);
  cst_free(self->classes);
}

static cst_status compare(const cst_job *job, const sides *s, cst_drop *out)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  cst_interval interval;
  CST_TRY(scoring_headline(job, &s->seen, &out->seen));
  CST_TRY(scoring_headline(job, &s->unseen, &out->unseen));
  CST_TRY(cst_bootstrap_drop(s->seen.n, s->seen.scores, s->unseen.n, s->unseen.scores,
                             job->data->scenes.n, (size_t)c->evaluate.bootstrap, (uint64_t)c->seed,
                             &interval));
  out->there = true;
  out->drop = out->seen.macro_accuracy - out->unseen.macro_accuracy;
  out->drop_ci95[0] = interval.low;
  out->drop_ci95[1] = interval.high;
done:
  return st;
}

cst_status scoring_sides(const cst_job *job, const fold_scores *folds, size_t n, cst_sides *out)
{
  cst_status st = CST_OK;
  sides s = {0};
  cst_json *classes = cst_json_array();
  cst_drop *drop = &out->seen_against_unseen.drop;
  cst_rows_init(&cst_sides_shape, out);
  out->seen_against_unseen.there = true;
  out->seen_against_unseen.classes = classes;
  CST_TRY(add_side(job, folds, n, SCORED_SEEN, &out->seen_cities));
  CST_TRY(add_side(job, folds, n, SCORED_UNSEEN, &out->unseen_cities));
  CST_TRY(add_side(job, folds, n, SCORED_SHARED_SESSIONS, &out->shared_sessions));
  CST_TRY(add_side(job, folds, n, SCORED_NEW_SESSIONS, &out->new_sessions));
  CST_TRY(make_sides(job, folds, n, &s));
  for (size_t k = 0; k < job->data->scenes.n; k++)
    if (s.classes[k]) cst_json_append_string(classes, job->data->scenes.item[k]);
  if (s.shared > 0) CST_TRY(compare(job, &s, drop));
  const double seen = out->seen_cities.macro_accuracy, unseen = out->unseen_cities.macro_accuracy;
  const bool alone = isnan(seen) || isnan(unseen);
  out->seen = alone ? seen : drop->seen.macro_accuracy;
  out->unseen = alone ? unseen : drop->unseen.macro_accuracy;
done:
  sides_reset(&s);
  return st;
}
