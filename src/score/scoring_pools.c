/* Contract in scoring_pools.h. */
#include "scoring_pools.h"

#include "answer_table.h"
#include "scoring_headline.h"
#include "scoring_sets.h"

#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/opinions.h"
#include "cassette/strategy.h"

#include <string.h>

/* New probabilities [n_test][classes] of a fold's held-out clips. */
typedef cst_status (*pool_fn)(const cst_job *job, const fold_scores *fold, double *p);

static cst_status pool_sessions(const cst_job *job, const fold_scores *fold, double *p)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  int *session = NULL;
  double *alone = NULL;
  CST_ALLOC(session, fold->n_test);
  CST_ALLOC(alone, fold->n_test * K);
  for (size_t i = 0; i < fold->n_test; i++) session[i] = fold->test[i].session;
  for (size_t i = 0; i < fold->n_test * K; i++) alone[i] = (double)fold->test_p[i];
  CST_TRY(cst_opinions_of_sessions(fold->n_test, K, session, alone, p));
done:
  cst_free(session);
  cst_free(alone);
  return st;
}

static cst_status pool_runs(const cst_job *job, const fold_scores *fold, double *p)
{
  cst_status st = CST_OK;
  char *relative = answer_table_of_fold("held-out", fold->fold);
  if (!relative) CST_TRY(cst_no_memory("a path", 1, 1));
  if (fold->n_test > 0) CST_TRY(answer_table_pool(job, relative, fold->test_clip, fold->n_test, p));
done:
  cst_free(relative);
  return st;
}

/* A fold's held-out clips with other answers; what it shares with @p from is borrowed, but for
 * `test`. */
static cst_status answer_again(const cst_job *job, const fold_scores *from, pool_fn pool,
                               fold_scores *out)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  double *p = NULL;
  *out = *from;
  out->n_validation = 0;
  out->test = NULL;
  CST_ALLOC(out->test, from->n_test);
  CST_ALLOC(p, from->n_test * K);
  CST_TRY(pool(job, from, p));
  for (size_t i = 0; i < from->n_test; i++) {
    const size_t best = cst_argmax(K, p + i * K);
    out->test[i] = from->test[i];
    out->test[i].predicted = (int)best;
    out->test[i].confidence = p[i * K + best];
  }
done:
  cst_free(p);
  return st;
}

static cst_status figures(const cst_job *job, const fold_scores *from, size_t folds, pool_fn pool,
                          cst_pooled *out)
{
  cst_status st = CST_OK;
  fold_scores *again = NULL;
  score_set set = {0};
  CST_ALLOC(again, folds);
  for (size_t f = 0; f < folds; f++) CST_TRY(answer_again(job, &from[f], pool, &again[f]));
  CST_TRY(scoring_pool(job, again, folds, SCORED_TEST, NULL, &set));
  out->there = true;
  CST_TRY(scoring_headline(job, &set, &out->headline));
done:
  for (size_t f = 0; again && f < folds; f++) cst_free(again[f].test);
  cst_free(again);
  score_set_reset(&set);
  return st;
}

cst_status scoring_vote(const cst_job *job, const fold_scores *from, size_t folds, cst_pooled *out)
{
  out->tier = cst_tier_text(CST_TIER_SESSION);
  return figures(job, from, folds, pool_sessions, out);
}

cst_status scoring_ensemble(const cst_job *job, const fold_scores *from, size_t folds,
                            cst_pooled *out)
{
  out->runs = (int64_t)(1 + job->config->evaluate.with.n);
  return figures(job, from, folds, pool_runs, out);
}
