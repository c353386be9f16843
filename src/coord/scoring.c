/* From probabilities to scores.  Contract in scoring.h. */
#include "scoring.h"

#include "test_time.h"
#include "watchdog.h"

#include "cassette/memory.h"

#include <string.h>

/* Clips of a role whose class is known. */
static cst_status known_clips(const cst_job *job, const cst_fold *fold, cst_role role,
                              const int *truth, uint32_t **clips, size_t *n)
{
  cst_status st = CST_OK;
  size_t all = 0;
  CST_TRY(cst_fold_list(job->data, fold, role, clips, &all));
  *n = 0;
  for (size_t i = 0; i < all; i++)
    if (truth[(*clips)[i]] != CST_NONE) (*clips)[(*n)++] = (*clips)[i];
done:
  return st;
}

/* Scores and probabilities [n][classes], both new. */
static cst_status score_clips(const cst_job *job, learner *model, feature_source *source,
                              const uint32_t *clips, size_t n, const int *truth, cst_score **out,
                              float **probability)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  float *p = cst_alloc(n * K, sizeof *p);
  *probability = p;
  *out = cst_alloc(n, sizeof **out);
  CST_TRY(cst_comm_agree(job->comm, p && *out ? CST_OK : cst_no_memory("scores", n, K)));
  watchdog_enter("evaluation", "", -1, -1);
  CST_TRY(learner_predict(model, &model->weights, source, clips, n,
                          (size_t)job->config->evaluate.crops, p));
  for (size_t i = 0; i < n; i++) {
    const float *row = p + i * K;
    const cst_clip *clip = &job->data->clip[clips[i]];
    int best = 0;
    for (size_t k = 1; k < K; k++)
      if (row[k] > row[best]) best = (int)k;
    (*out)[i] = (cst_score){.truth = truth[clips[i]],
                            .predicted = best,
                            .session = clip->session,
                            .city = clip->city,
                            .confidence = (double)row[best]};
  }
done:
  return st;
}

static void mark_testable(const cst_job *job, fold_scores *self)
{
  const cst_dataset *data = job->data;
  bool *trained = self->testable + data->scenes.n; /* scratch behind the result */
  for (size_t i = 0; i < data->n; i++)
    if (self->fold->role[i] == CST_ROLE_TRAIN) trained[data->clip[i].scene] = true;
  for (size_t i = 0; i < self->n_test; i++)
    self->testable[self->test[i].truth] = trained[self->test[i].truth];
}

/* To all clips that are held out, those without a known class included. */
static cst_status adapt(const cst_job *job, feature_source *source, const cst_fold *fold,
                        learner *model)
{
  cst_status st = CST_OK;
  uint32_t *clips = NULL;
  size_t n = 0;
  CST_TRY(cst_comm_agree(job->comm, cst_fold_list(job->data, fold, CST_ROLE_TEST, &clips, &n)));
  st = test_time_adapt(job, source, fold, clips, n, model);
done:
  cst_free(clips);
  return st;
}

cst_status scoring_run(cst_job *job, feature_source *source, const cst_fold *fold, stage s,
                       const int *truth, fold_scores *out)
{
  cst_status st = CST_OK;
  learner model = {0};
  uint32_t *validation = NULL;
  float *p = NULL;
  const model_name name = model_of(fold, s);
  *out = (fold_scores){.fold = fold, .stage = s};
  st = known_clips(job, fold, CST_ROLE_TEST, truth, &out->test_clip, &out->n_test);
  if (st == CST_OK)
    st = known_clips(job, fold, CST_ROLE_VALIDATION, truth, &validation, &out->n_validation);
  out->testable = cst_alloc(2 * job->data->scenes.n, sizeof *out->testable);
  if (st == CST_OK && !out->testable) st = cst_no_memory("classes", job->data->scenes.n, 2);
  CST_TRY(cst_comm_agree(job->comm, st));
  CST_TRY(learner_create(job, job->data->scenes.n, NULL, 0, (batch_size){0}, &model));
  CST_TRY(training_load_best(job, &name, &model, &model.weights));
  CST_TRY(
      score_clips(job, &model, source, validation, out->n_validation, truth, &out->validation, &p));
  CST_TRY(adapt(job, source, fold, &model));
  CST_TRY(score_clips(job, &model, source, out->test_clip, out->n_test, truth, &out->test,
                      &out->test_p));
  mark_testable(job, out);
done:
  learner_reset(&model);
  cst_free(p);
  cst_free(validation);
  if (st != CST_OK) scoring_reset(out);
  return st;
}

void scoring_reset(fold_scores *self)
{
  cst_free(self->test);
  cst_free(self->test_clip);
  cst_free(self->test_p);
  cst_free(self->validation);
  cst_free(self->testable);
  *self = (fold_scores){0};
}
