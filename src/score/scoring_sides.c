/* Figures of two sides apart: cities seen and not, sessions seen and not.  Contract in scoring_sides.h.
 */
#include "scoring_sides.h"

#include "scoring_headline.h"
#include "scoring_sets.h"

#include "cassette/memory.h"

#include <math.h>

/* Headline of one kind of clips as a member of @p out. */
static cst_status add_side(const cst_job *job, const fold_scores *folds, size_t n,
                           scored_clips kind, const char *name, cst_json *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  cst_json *json = cst_json_object();
  CST_TRY(scoring_pool(job, folds, n, kind, NULL, &set));
  CST_TRY(scoring_headline(job, &set, json));
done:
  cst_json_set(out, name, json);
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

static double macro_of(const cst_json *json)
{
  return cst_json_get_number(json, "macro_accuracy", NAN);
}

static cst_status add_drop(const cst_job *job, const sides *s, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  cst_interval interval;
  cst_json *seen = cst_json_object(), *unseen = cst_json_object(), *range = cst_json_array();
  CST_TRY(scoring_headline(job, &s->seen, seen));
  CST_TRY(scoring_headline(job, &s->unseen, unseen));
  CST_TRY(cst_bootstrap_drop(s->seen.n, s->seen.scores, s->unseen.n, s->unseen.scores,
                             job->data->scenes.n, (size_t)c->evaluate.bootstrap, (uint64_t)c->seed,
                             &interval));
  cst_json_set_number(out, "drop", macro_of(seen) - macro_of(unseen));
  cst_json_append_number(range, interval.low);
  cst_json_append_number(range, interval.high);
done:
  cst_json_set(out, "drop_ci95", range);
  cst_json_set(out, "seen", seen);
  cst_json_set(out, "unseen", unseen);
  return st;
}

cst_status scoring_sides_json(const cst_job *job, const fold_scores *folds, size_t n, cst_json *out)
{
  cst_status st = CST_OK;
  sides s = {0};
  cst_json *both = cst_json_object(), *classes = cst_json_array();
  CST_TRY(add_side(job, folds, n, SCORED_SEEN, "seen_cities", out));
  CST_TRY(add_side(job, folds, n, SCORED_UNSEEN, "unseen_cities", out));
  CST_TRY(add_side(job, folds, n, SCORED_SHARED_SESSIONS, "shared_sessions", out));
  CST_TRY(add_side(job, folds, n, SCORED_NEW_SESSIONS, "new_sessions", out));
  CST_TRY(make_sides(job, folds, n, &s));
  for (size_t k = 0; k < job->data->scenes.n; k++)
    if (s.classes[k]) cst_json_append_string(classes, job->data->scenes.item[k]);
  if (s.shared > 0) CST_TRY(add_drop(job, &s, both));
  const double seen = macro_of(cst_json_get(out, "seen_cities"));
  const double unseen = macro_of(cst_json_get(out, "unseen_cities"));
  const bool alone = isnan(seen) || isnan(unseen);
  cst_json_set_number(out, "seen", alone ? seen : macro_of(cst_json_get(both, "seen")));
  cst_json_set_number(out, "unseen", alone ? unseen : macro_of(cst_json_get(both, "unseen")));
done:
  cst_json_set(both, "classes", classes);
  cst_json_set(out, "seen_against_unseen", both);
  sides_reset(&s);
  return st;
}
