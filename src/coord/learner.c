/*
 * A training step on all ranks:
 *
 *   each rank   forward and backward of its slice of the global batch (BatchNorm sums inside),
 *               each clip's gradient, loss and hit added to one exact accumulator
 *   together    exact sums
 *   each rank   the same Adam step on the same bits
 */
#include "learner.h"

#include "watchdog.h"

#include "cassette/adam.h"
#include "cassette/delay.h"
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

/* Name of the tensor that holds number @p at of a flat buffer. */
static const char *tensor_at(const cst_layout *layout, size_t at)
{
  for (size_t i = 0; i < layout->n; i++)
    if (at < layout->list[i].offset + layout->list[i].count) return layout->list[i].name;
  return "none";
}

static size_t first_not_finite(size_t n, const float *x)
{
  size_t i = 0;
  while (i < n && isfinite(x[i])) i++;
  return i;
}

static cst_status diverged(const learner_batch *batch, const char *what, const char *tensor)
{
  return cst_raise(CST_ERR_NUMBERS,
                   "%s%s is not finite in stage %s%s%s, epoch %llu, step %llu; lower the learning "
                   "rate, or check the features",
                   what, tensor, batch->stage, batch->fold ? ", fold " : "",
                   batch->fold ? batch->fold : "", (unsigned long long)batch->epoch + 1,
                   (unsigned long long)batch->step + 1);
}

/* The cause, if it is in the features of one of this rank's clips. */
static cst_status check_features(const learner *self, const learner_batch *batch, cst_slice mine)
{
  const cst_model_spec *spec = cst_model_get_spec(self->model);
  const size_t floats = spec->frames * spec->bins;
  for (size_t i = 0; i < mine.count; i++)
    if (first_not_finite(floats, self->rows[i]) < floats)
      return cst_raise(CST_ERR_NUMBERS,
                       "the features of clip %s are not finite (stage %s, epoch %llu, step %llu); "
                       "remove the feature store and run `cassette features` again",
                       self->job->data->clip[batch->clips[mine.first + i]].id, batch->stage,
                       (unsigned long long)batch->epoch + 1, (unsigned long long)batch->step + 1);
  return CST_OK;
}

/* Names the first tensor in the order of the layers, which is where it began.  Collective where
 * something is wrong, which all ranks see alike. */
static cst_status check_statistics(const learner *self, const learner_batch *batch, cst_slice mine)
{
  cst_status st = CST_OK;
  const size_t bad = first_not_finite(self->stats->floats, self->weights.stats);
  if (bad == self->stats->floats) return CST_OK;
  CST_TRY(cst_comm_agree(self->job->comm, check_features(self, batch, mine)));
  st = diverged(batch, "the BatchNorm statistic ", tensor_at(self->stats, bad));
done:
  return st;
}

static cst_status check_weights(const learner *self, const learner_batch *batch)
{
  const size_t bad = first_not_finite(self->params->floats, self->weights.params);
  if (bad == self->params->floats) return CST_OK;
  return diverged(batch, "the updated weight ", tensor_at(self->params, bad));
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
  if (bad < floats) CST_TRY(diverged(batch, "the gradient of ", tensor_at(self->params, bad)));
  if (bad_tally < TALLIES) CST_TRY(diverged(batch, "", "the loss"));
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
  watchdog_enter("reading features", batch->stage, (int64_t)batch->epoch, (int64_t)batch->step);
  cst_delay_point("step");
  st = feature_source_get(source, batch->clips + mine.first, mine.count, self->rows);
  watchdog_enter("training step", batch->stage, (int64_t)batch->epoch, (int64_t)batch->step);
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
  CST_TRY(check_statistics(self, batch, mine));
  score(self, batch, mine);
  cst_model_backward(self->model, &self->weights, &part, self->dlogits, self->sum);
  CST_TRY(add_up(self, batch, out));
  cst_adam adam = cst_adam_defaults();
  adam.learning_rate = batch->learning_rate;
  cst_adam_step(&adam, batch->update, self->params->floats, self->gradient, self->weights.params,
                self->m, self->v);
  CST_TRY(check_weights(self, batch));
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
    watchdog_tick();
    for (size_t i = 0; i < count; i++) {
      if (first_not_finite(K, out + i * K) < K)
        CST_FAIL(CST_ERR_NUMBERS,
                 "the scores of clip %s are not finite; check its features, and the learning rate",
                 self->job->data->clip[clips[first + i]].id);
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
  watchdog_wait();
  st = cst_comm_agree(comm, st);
  if (st == CST_OK) st = cst_comm_gather(comm, share, mine.count * K * sizeof *share, &all, &bytes);
  if (st == CST_OK) memcpy(probabilities, all, bytes);
  cst_free(all);
  cst_free(share);
  return st;
}
