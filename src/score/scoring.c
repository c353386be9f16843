/* From probabilities to scores.  Contract in scoring.h. */
#include "scoring.h"

#include "adaptation.h"

#include "cassette/inference.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/watchdog.h"

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
static cst_status score_clips(const cst_job *job, const cst_network *net, const uint32_t *clips,
                              size_t n, const int *truth, cst_score **out, float **probability)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  float *p = cst_alloc(n * K, sizeof *p);
  *probability = p;
  *out = cst_alloc(n, sizeof **out);
  CST_TRY(cst_comm_agree(job->comm, p && *out ? CST_OK : cst_no_memory("scores", n, K)));
  cst_watchdog_enter("evaluation", "", -1, -1);
  CST_TRY(cst_network_predict(job, net->model, &net->weights, clips, n,
                              (size_t)job->config->evaluate.crops, p));
  for (size_t i = 0; i < n; i++) {
    const float *row = p + i * K;
    const cst_clip *clip = &job->data->clip[clips[i]];
    const int best = (int)cst_argmax_f32(K, row);
    (*out)[i] = (cst_score){.truth = truth[clips[i]],
                            .predicted = best,
                            .session = clip->session,
                            .city = clip->city,
                            .confidence = (double)row[best]};
  }
done:
  return st;
}

/* The model as it was trained, adapted to all clips of a role, those without a known class
 * included.
 */
static cst_status adapt(const cst_job *job, const cst_fold *fold, cst_role role,
                        const cst_weights *trained, cst_network *net)
{
  cst_status st = CST_OK;
  uint32_t *clips = NULL;
  size_t n = 0;
  CST_TRY(cst_comm_agree(job->comm, cst_fold_list(job->data, fold, role, &clips, &n)));
  cst_weights_copy(net->model, trained, &net->weights);
  st = adaptation_run(job, fold, clips, n, net);
done:
  cst_free(clips);
  return st;
}

/* What is asked, and what the fold's training knew. */
static cst_status list(const cst_job *job, const int *truth, fold_scores *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  CST_TRY(known_clips(job, out->fold, CST_ROLE_TEST, truth, &out->test_clip, &out->n_test));
  CST_TRY(known_clips(job, out->fold, CST_ROLE_VALIDATION, truth, &out->validation_clip,
                      &out->n_validation));
  CST_ALLOC(out->trained, data->scenes.n);
  for (size_t i = 0; i < data->n; i++)
    if (out->fold->role[i] == CST_ROLE_TRAIN) out->trained[data->clip[i].scene] = true;
  CST_TRY(cst_fold_seen_sessions(data, out->fold, &out->seen_session));
done:
  return cst_comm_agree(job->comm, st);
}

/* Seen cities are adapted to as unseen ones are: the same procedure on their own clips, else the
 * sides would differ by it. */
cst_status scoring_run(cst_job *job, const cst_fold *fold, cst_stage s, bool raw, const int *truth,
                       fold_scores *out)
{
  cst_status st = CST_OK;
  cst_network net = {0};
  cst_weights trained = {0};
  const cst_trained name = cst_trained_of(fold, s);
  *out = (fold_scores){.fold = fold, .stage = s};
  CST_TRY(list(job, truth, out));
  CST_TRY(cst_network_load(job, &name, raw, job->data->scenes.n, &net));
  CST_TRY(cst_comm_agree(job->comm, cst_weights_create(net.model, &trained)));
  cst_weights_copy(net.model, &net.weights, &trained);
  CST_TRY(adapt(job, fold, CST_ROLE_VALIDATION, &trained, &net));
  CST_TRY(score_clips(job, &net, out->validation_clip, out->n_validation, truth, &out->validation,
                      &out->validation_p));
  CST_TRY(adapt(job, fold, CST_ROLE_TEST, &trained, &net));
  CST_TRY(score_clips(job, &net, out->test_clip, out->n_test, truth, &out->test, &out->test_p));
done:
  cst_weights_reset(&trained);
  cst_network_reset(&net);
  if (st != CST_OK) scoring_reset(out);
  return st;
}

void scoring_reset(fold_scores *self)
{
  cst_free(self->test);
  cst_free(self->test_clip);
  cst_free(self->test_p);
  cst_free(self->validation);
  cst_free(self->validation_clip);
  cst_free(self->validation_p);
  cst_free(self->trained);
  cst_free(self->seen_session);
  *self = (fold_scores){0};
}
