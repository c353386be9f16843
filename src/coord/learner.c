/*
 * A training step on all ranks:
 *
 *   each rank   forward and backward of its slice of the global batch (BatchNorm sums inside),
 *               each clip's gradient, loss and hit added to one exact accumulator
 *   together    exact sums
 *   each rank   the same Adam step on the same bits
 */
#include "learner.h"

#include "cassette/adam.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/slice.h"

#include <math.h>
#include <string.h>

enum { TALLY_LOSS, TALLY_CORRECT, TALLIES };
enum { PREDICT_CLIPS = 16 }; /* clips read at a time by one rank */

static cst_model_spec model_spec(const cst_job *job, size_t classes)
{
  static const cst_conv_method method[] = {[CST_CONV_AUTO] = CST_CONV_BY_DEFAULT,
                                           [CST_CONV_WINOGRAD] = CST_CONV_BY_WINOGRAD,
                                           [CST_CONV_IM2COL] = CST_CONV_BY_IM2COL,
                                           [CST_CONV_PLAIN] = CST_CONV_BY_LOOPS};
  const cst_config *c = job->config;
  cst_model_spec spec;
  cst_model_defaults(&spec);
  spec.frames = job->spec.frames;
  spec.bins = job->spec.bands;
  spec.channels1 = (size_t)c->model.channels1;
  spec.channels2 = (size_t)c->model.channels2;
  spec.reduction = (size_t)c->model.reduction;
  spec.pooled_frames = (size_t)c->model.pooled_frames;
  spec.heads = (size_t)c->model.heads;
  spec.feedforward = (size_t)c->model.feedforward;
  spec.dropout = c->model.dropout;
  spec.classes = classes;
  spec.convolution = method[c->model.convolution];
  return spec;
}

static cst_status allocate(learner *self, size_t classes, size_t batch)
{
  cst_status st = CST_OK;
  const size_t ranks = (size_t)cst_comm_size(self->job->comm), floats = self->params->floats;
  CST_TRY(cst_weights_create(self->model, &self->weights));
  CST_TRY(cst_weights_create(self->model, &self->best));
  if (batch == 0) goto done;
  self->room = (batch + 1 + ranks - 1) / ranks; /* a last batch may be one clip larger */
  CST_ALLOC(self->m, floats);
  CST_ALLOC(self->v, floats);
  CST_ALLOC(self->gradient, floats);
  CST_TRY(cst_exact_create(floats, &self->sum));
  CST_TRY(cst_exact_create(TALLIES, &self->tally));
  CST_ALLOC(self->rows, self->room);
  CST_ALLOC(self->dropout, self->room);
  CST_ALLOC(self->logits, self->room * classes);
  CST_ALLOC(self->dlogits, self->room * classes);
done:
  return st;
}

cst_status learner_create(const cst_job *job, size_t classes, size_t batch, learner *out)
{
  cst_status st = CST_OK;
  const cst_model_spec spec = model_spec(job, classes);
  const size_t ranks = (size_t)cst_comm_size(job->comm);
  *out = (learner){.job = job};
  CST_TRY(cst_model_create(&spec, job->comm, batch ? (batch + ranks) / ranks : 0, job->threads,
                           &out->model));
  out->params = cst_model_params(out->model);
  out->stats = cst_model_stats(out->model);
  CST_TRY(allocate(out, classes, batch));
done:
  st = cst_comm_agree(job->comm, st);
  if (st != CST_OK) learner_reset(out);
  return st;
}

void learner_reset(learner *self)
{
  cst_weights_reset(&self->weights);
  cst_weights_reset(&self->best);
  cst_free(self->m);
  cst_free(self->v);
  cst_free(self->gradient);
  cst_free(self->rows);
  cst_free(self->dropout);
  cst_free(self->logits);
  cst_free(self->dlogits);
  cst_exact_destroy(&self->sum);
  cst_exact_destroy(&self->tally);
  cst_model_destroy(&self->model);
  *self = (learner){0};
}

void learner_restart(learner *self)
{
  memset(self->m, 0, self->params->floats * sizeof *self->m);
  memset(self->v, 0, self->params->floats * sizeof *self->v);
}

/* Loss, its gradient, and whether the clip was recognised; all exact sums. */
static void score(learner *self, const learner_batch *batch, cst_slice mine)
{
  const size_t K = cst_model_get_spec(self->model)->classes;
  for (size_t i = 0; i < mine.count; i++) {
    const float *logits = self->logits + i * K;
    const int label = batch->label[batch->clips[mine.first + i]];
    size_t largest = 0;
    for (size_t k = 1; k < K; k++)
      if (logits[k] > logits[largest]) largest = k;
    double tallies[TALLIES];
    tallies[TALLY_LOSS] = cst_cross_entropy_hard(K, logits, (size_t)label, 1.0 / (double)batch->n,
                                                 self->dlogits + i * K);
    tallies[TALLY_CORRECT] = largest == (size_t)label;
    cst_exact_add_f64(self->tally, 0, TALLIES, tallies);
  }
}

/* Name of the tensor that holds number @p at of the flat buffer. */
static const char *tensor_at(const learner *self, size_t at)
{
  for (size_t i = 0; i < self->params->n; i++)
    if (at < self->params->list[i].offset + self->params->list[i].count)
      return self->params->list[i].name;
  return "none";
}

/* The exact sums over all ranks: the gradient, and what the step reports.  Collective. */
static cst_status add_up(learner *self, const learner_batch *batch, learner_result *out)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->job->comm;
  const size_t floats = self->params->floats;
  double tallies[TALLIES];
  size_t bad, bad_tally;
  cst_exact_total(self->tally, comm, tallies, &bad_tally);
  cst_exact_total_f32(self->sum, comm, self->gradient, &bad);
  if (bad < floats || bad_tally < TALLIES)
    CST_FAIL(CST_ERR_NUMBERS,
             "%s%s is not finite in epoch %llu, step %llu; lower the learning rate, or check the "
             "features with `cassette info`",
             bad < floats ? "the gradient of " : "",
             bad < floats ? tensor_at(self, bad) : "the loss", (unsigned long long)batch->epoch,
             (unsigned long long)batch->step);
  out->loss = tallies[TALLY_LOSS] / (double)batch->n;
  out->correct = (int64_t)tallies[TALLY_CORRECT];
done:
  return st;
}

cst_status learner_step(learner *self, feature_source *source, const learner_batch *batch,
                        learner_result *out)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->job->comm;
  const cst_slice mine = cst_slice_of(batch->n, cst_comm_rank(comm), cst_comm_size(comm));
  const uint64_t seed = (uint64_t)self->job->config->seed;
  CST_ASSERT(mine.count <= self->room);
  st = feature_source_get(source, batch->clips + mine.first, mine.count, self->rows);
  CST_TRY(cst_comm_agree(comm, st));
  for (size_t i = 0; i < mine.count; i++)
    self->dropout[i] =
        cst_random_key_make(seed, CST_RANDOM_DROPOUT, batch->stage_key,
                            batch->epoch << 32 | batch->step, batch->clips[mine.first + i]);
  const cst_model_batch part = {.clips = mine.count,
                                .global_clips = batch->n,
                                .features = self->rows,
                                .dropout = self->dropout};
  cst_model_forward(self->model, &self->weights, &part, self->logits);
  score(self, batch, mine);
  cst_model_backward(self->model, &self->weights, &part, self->dlogits, self->sum);
  CST_TRY(add_up(self, batch, out));
  cst_adam adam = cst_adam_defaults();
  adam.learning_rate = batch->learning_rate;
  cst_adam_step(&adam, batch->update, self->params->floats, self->gradient, self->weights.params,
                self->m, self->v);
done:
  return st;
}

/* A rank's share, a few clips at a time. */
static cst_status predict_share(learner *self, const cst_weights *w, feature_source *source,
                                const uint32_t *clips, size_t n, float *probabilities)
{
  cst_status st = CST_OK;
  const size_t K = cst_model_get_spec(self->model)->classes;
  const size_t step = PREDICT_CLIPS * (size_t)self->job->threads;
  const float **rows = NULL;
  double *p = NULL;
  CST_ALLOC(rows, step);
  CST_ALLOC(p, K);
  for (size_t first = 0; first < n; first += step) {
    const size_t count = n - first < step ? n - first : step;
    float *out = probabilities + first * K;
    CST_TRY(feature_source_get(source, clips + first, count, rows));
    cst_model_predict(self->model, w, count, rows, out);
    for (size_t i = 0; i < count; i++) {
      cst_softmax(K, out + i * K, p);
      for (size_t k = 0; k < K; k++) out[i * K + k] = (float)p[k];
    }
  }
done:
  cst_free(p);
  cst_free(rows);
  return st;
}

cst_status learner_predict(learner *self, const cst_weights *w, feature_source *source,
                           const uint32_t *clips, size_t n, float *probabilities)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->job->comm;
  const size_t K = cst_model_get_spec(self->model)->classes;
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(comm), cst_comm_size(comm));
  float *share = NULL;
  void *all = NULL;
  size_t bytes = 0;
  CST_ALLOC(share, mine.count * K);
  st = predict_share(self, w, source, clips + mine.first, mine.count, share);
done:
  st = cst_comm_agree(comm, st);
  if (st == CST_OK) st = cst_comm_gather(comm, share, mine.count * K * sizeof *share, &all, &bytes);
  if (st == CST_OK) memcpy(probabilities, all, bytes);
  cst_free(all);
  cst_free(share);
  return st;
}
