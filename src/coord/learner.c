/* Contracts in learner.h: creation, the average of weights, prediction.  step.c has the step. */
#include "learner.h"

#include "monitor.h"
#include "watchdog.h"

#include "cassette/finite.h"
#include "cassette/limits.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/slice.h"

#include <math.h>
#include <string.h>

enum { PREDICT_CLIPS = 16 }; /* clips read at a time by one rank */
enum { PHASES = 4 };         /* of a strategy's sums, at most */

static cst_model_spec model_spec(const cst_job *job, size_t classes, const cst_strategy *strategy)
{
  static const cst_conv_method method[] = {[CST_CONV_AUTO] = CST_CONV_BY_DEFAULT,
                                           [CST_CONV_WINOGRAD] = CST_CONV_BY_WINOGRAD,
                                           [CST_CONV_IM2COL] = CST_CONV_BY_IM2COL,
                                           [CST_CONV_PLAIN] = CST_CONV_BY_LOOPS};
  const cst_config *c = job->config;
  cst_model_spec spec;
  cst_model_defaults(&spec);
  spec.frames = job->spec.frames;
  spec.bins = job->spec.bins;
  spec.channels1 = (size_t)c->model.channels1;
  spec.channels2 = (size_t)c->model.channels2;
  spec.reduction = (size_t)c->model.reduction;
  spec.pooled_frames = (size_t)c->model.pooled_frames;
  spec.heads = (size_t)c->model.heads;
  spec.feedforward = (size_t)c->model.feedforward;
  spec.dropout = c->model.dropout;
  spec.classes = classes;
  spec.aux_classes = strategy ? cst_views_flips(cst_strategy_views(strategy)) : 0;
  spec.convolution = method[c->model.convolution];
  return spec;
}

/* Numbers that the strategy sums in one phase of a batch, at most. */
static size_t max_sums(const cst_strategy *strategy, batch_size batch)
{
  const cst_ssl_step step = {.labelled = batch.labelled, .unlabelled = batch.unlabelled};
  size_t max = 1;
  for (int phase = 0; phase < PHASES; phase++) {
    const size_t n = cst_strategy_sums(strategy, &step, phase);
    if (n > max) max = n;
  }
  return max;
}

/* This rank's part of @p n, at most; a last batch may be one clip larger. */
static size_t share(const cst_job *job, size_t n)
{
  const size_t ranks = (size_t)cst_comm_size(job->comm);
  return n ? (n + ranks) / ranks : 0;
}

/* The sums over a pass are exact up to a number of rows, which no batch needs that fits in memory.
 */
static cst_status check_rows(const learner *self, batch_size batch)
{
  const cst_views *views = cst_strategy_views(self->strategy);
  const size_t rows = (batch.labelled + 1) * cst_views_labelled(views) +
                      batch.unlabelled * cst_views_unlabelled(views);
  if (rows <= CST_EXACT_MAX_TERMS) return CST_OK;
  return cst_raise(
      CST_ERR_USAGE,
      "a step of %zu clips, %zu views together: at most %d; lower the stage's batch, or "
      "strategy.ratio",
      batch.labelled + batch.unlabelled, rows, CST_EXACT_MAX_TERMS);
}

/* Rows of one pass on this rank, at most. */
static size_t max_rows(const learner *self, batch_size batch)
{
  const cst_views *views = cst_strategy_views(self->strategy);
  const size_t rows = cst_views_unlabelled(views), guesses = (size_t)views->guesses;
  return share(self->job, batch.labelled) * cst_views_labelled(views) +
         share(self->job, batch.unlabelled) * (rows > guesses ? rows : guesses);
}

static cst_status allocate_workspace(learner *self, size_t K, batch_size batch)
{
  cst_status st = CST_OK;
  const cst_views *views = cst_strategy_views(self->strategy);
  const size_t clip = self->job->spec.frames * self->job->spec.bins;
  const size_t clips = batch.labelled + 1 + batch.unlabelled;
  const size_t rows = (batch.labelled + 1) * cst_views_labelled(views) +
                      batch.unlabelled * cst_views_unlabelled(views);
  step_workspace *workspace = &self->workspace;
  CST_ALLOC(workspace->feature, workspace->rows);
  CST_ALLOC(workspace->made, workspace->rows * clip);
  CST_ALLOC(workspace->scratch, 4 * clip);
  CST_ALLOC(workspace->style, 2 * self->job->spec.bins);
  CST_ALLOC(workspace->partner, rows);
  CST_ALLOC(workspace->mixing, rows);
  CST_ALLOC(workspace->drawn, rows);
  CST_ALLOC(workspace->style_partner, clips);
  CST_ALLOC(workspace->dropout, workspace->rows);
  CST_ALLOC(workspace->target, workspace->rows * K);
  CST_ALLOC(workspace->partner_target, K);
  CST_ALLOC(workspace->guess, (batch.unlabelled + 1) * (K + 1));
  CST_ALLOC(workspace->guess_logits, workspace->rows * K);
  CST_ALLOC(workspace->logits, workspace->rows * K);
  CST_ALLOC(workspace->dlogits, workspace->rows * K);
  CST_ALLOC(workspace->alone, workspace->rows * K);
  CST_ALLOC(workspace->dalone, workspace->rows * K);
  CST_ALLOC(workspace->flips, workspace->rows * CST_FLIPS);
  CST_ALLOC(workspace->dflips, workspace->rows * CST_FLIPS);
  CST_ALLOC(workspace->flip, workspace->rows);
done:
  return st;
}

static cst_status allocate(learner *self, size_t K, batch_size batch)
{
  cst_status st = CST_OK;
  const size_t floats = self->params->floats, sums = max_sums(self->strategy, batch);
  const size_t tallies = monitor_tallies(K);
  CST_ALLOC(self->m, floats);
  CST_ALLOC(self->v, floats);
  CST_ALLOC(self->gradient, floats);
  CST_TRY(cst_exact_create(floats, &self->sum));
  CST_TRY(cst_exact_create(tallies, &self->tally));
  CST_TRY(cst_exact_create(sums, &self->phase));
  CST_ALLOC(self->totals, sums);
  CST_ALLOC(self->contribution, sums > tallies ? sums : tallies);
  if (self->ema > 0.0) {
    CST_TRY(cst_weights_create(self->model, &self->average));
    CST_TRY(cst_weights_create(self->model, &self->best_raw));
  }
  CST_TRY(allocate_workspace(self, K, batch));
done:
  return st;
}

static cst_status create(learner *self, size_t K, const char *strategy, size_t unlabelled,
                         batch_size batch)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  const bool trains = batch.labelled > 0;
  if (trains) {
    CST_TRY(job_strategy(job, strategy, K, unlabelled, &self->strategy));
    self->mixup = job_mixup(job->config, self->strategy);
    self->ema = job->config->strategy.ema;
    self->workspace.rows = max_rows(self, batch);
    CST_TRY(check_rows(self, batch));
  }
  const cst_model_spec spec = model_spec(job, K, self->strategy);
  CST_TRY(cst_model_create(&spec, job->comm, self->workspace.rows, job->threads, &self->model));
  self->params = cst_model_params(self->model);
  self->stats = cst_model_stats(self->model);
  CST_TRY(cst_weights_create(self->model, &self->weights));
  CST_TRY(cst_weights_create(self->model, &self->best));
  if (trains) CST_TRY(allocate(self, K, batch));
done:
  return st;
}

/* The kernel ends what exceeds a container's memory without a word. */
static void warn_of_container(const cst_comm *comm)
{
  const double allowed = (double)cst_container_limit_bytes(), held = (double)cst_memory_bytes();
  const int ranks = cst_comm_node_size(comm);
  if (allowed > 0.0 && held * ranks > allowed)
    cst_log(CST_LOG_WARN,
            "%d ranks of %.0f MiB share a container (cgroup) of %.0f MiB: a rank that is killed "
            "was too "
            "many; use fewer ranks, more nodes or a smaller train.batch",
            ranks, held / 1048576.0, allowed / 1048576.0);
}

cst_status learner_create(const cst_job *job, size_t classes, const char *strategy,
                          size_t unlabelled, batch_size batch, learner *out)
{
  cst_status st;
  *out = (learner){.job = job};
  st = cst_comm_agree(job->comm, create(out, classes, strategy, unlabelled, batch));
  if (st == CST_OK)
    warn_of_container(job->comm);
  else
    learner_reset(out);
  return st;
}

static void reset_workspace(step_workspace *workspace)
{
  cst_free(workspace->feature);
  cst_free(workspace->made);
  cst_free(workspace->scratch);
  cst_free(workspace->style);
  cst_free(workspace->partner);
  cst_free(workspace->mixing);
  cst_free(workspace->drawn);
  cst_free(workspace->style_partner);
  cst_free(workspace->dropout);
  cst_free(workspace->target);
  cst_free(workspace->partner_target);
  cst_free(workspace->guess);
  cst_free(workspace->guess_logits);
  cst_free(workspace->logits);
  cst_free(workspace->dlogits);
  cst_free(workspace->alone);
  cst_free(workspace->dalone);
  cst_free(workspace->flips);
  cst_free(workspace->dflips);
  cst_free(workspace->flip);
}

void learner_reset(learner *self)
{
  cst_weights_reset(&self->weights);
  cst_weights_reset(&self->best);
  cst_weights_reset(&self->average);
  cst_weights_reset(&self->best_raw);
  cst_free(self->m);
  cst_free(self->v);
  cst_free(self->gradient);
  cst_free(self->totals);
  cst_free(self->contribution);
  reset_workspace(&self->workspace);
  cst_exact_destroy(&self->sum);
  cst_exact_destroy(&self->tally);
  cst_exact_destroy(&self->phase);
  cst_strategy_destroy(&self->strategy);
  cst_model_destroy(&self->model);
  *self = (learner){0};
}

void learner_restart(learner *self)
{
  memset(self->m, 0, self->params->floats * sizeof *self->m);
  memset(self->v, 0, self->params->floats * sizeof *self->v);
  if (self->ema > 0.0) cst_weights_copy(self->model, &self->weights, &self->average);
}

const cst_weights *learner_final(const learner *self)
{
  return self->ema > 0.0 ? &self->average : &self->weights;
}

void learner_keep_best(learner *self)
{
  cst_weights_copy(self->model, learner_final(self), &self->best);
  if (self->ema > 0.0) cst_weights_copy(self->model, &self->weights, &self->best_raw);
}

/* A rank's share of clips to predict. */
typedef struct {
  learner *self;
  const cst_weights *weights;
  feature_source *source;
  size_t K, crops, capacity; /* capacity: clips at a time */
  const float **row;         /* [capacity] */
  float *shifted;            /* [capacity][T][M], for more than one crop */
  float *logits;             /* [capacity][K] */
  double *p;                 /* [K] */
} prediction;

static cst_status allocate_prediction(prediction *x)
{
  cst_status st = CST_OK;
  const cst_model_spec *spec = cst_model_get_spec(x->self->model);
  CST_ALLOC(x->row, x->capacity);
  CST_ALLOC(x->logits, x->capacity * x->K);
  CST_ALLOC(x->p, x->K);
  if (x->crops > 1) CST_ALLOC(x->shifted, x->capacity * spec->frames * spec->bins);
done:
  return st;
}

/* Rows [count] become those rolled by @p shift frames. */
static void roll(const prediction *x, size_t count, size_t shift)
{
  const cst_model_spec *spec = cst_model_get_spec(x->self->model);
  const size_t floats = spec->frames * spec->bins, head = shift * spec->bins;
  for (size_t i = 0; i < count; i++) {
    float *to = x->shifted + i * floats;
    memcpy(to, x->row[i] + head, (floats - head) * sizeof *to);
    memcpy(to + floats - head, x->row[i], head * sizeof *to);
    x->row[i] = to;
  }
}

/* Add 1 / crops of a few clips' probabilities to @p out [count][K], which starts at zero. */
static cst_status predict_few(const prediction *x, const uint32_t *clips, size_t count, float *out)
{
  cst_status st = CST_OK;
  const size_t frames = cst_model_get_spec(x->self->model)->frames, K = x->K;
  for (size_t crop = 0; crop < x->crops; crop++) {
    CST_TRY(feature_source_get(x->source, clips, count, x->row));
    if (crop > 0) roll(x, count, crop * frames / x->crops);
    cst_model_predict(x->self->model, x->weights, count, x->row, x->logits);
    watchdog_tick();
    for (size_t i = 0; i < count; i++) {
      const float *logits = x->logits + i * K;
      if (cst_first_not_finite(K, logits) < K)
        CST_FAIL(CST_ERR_NUMBERS,
                 "the scores of clip %s are not finite; check its features, and the learning rate",
                 x->self->job->data->clip[clips[i]].id);
      cst_softmax(K, logits, x->p);
      for (size_t k = 0; k < K; k++) out[i * K + k] += (float)(x->p[k] / (double)x->crops);
    }
  }
done:
  return st;
}

cst_status learner_predict(learner *self, const cst_weights *w, feature_source *source,
                           const uint32_t *clips, size_t n, size_t crops, float *probabilities)
{
  cst_status st = CST_OK;
  const cst_comm *comm = self->job->comm;
  const size_t K = cst_model_get_spec(self->model)->classes;
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(comm), cst_comm_size(comm));
  prediction x = {.self = self,
                  .weights = w,
                  .source = source,
                  .K = K,
                  .crops = crops,
                  .capacity = PREDICT_CLIPS * (size_t)self->job->threads};
  float *own = NULL;
  void *all = NULL;
  size_t bytes = 0;
  CST_ALLOC(own, mine.count * K);
  CST_TRY(allocate_prediction(&x));
  for (size_t i = 0; i < mine.count; i += x.capacity)
    CST_TRY(predict_few(&x, clips + mine.first + i,
                        mine.count - i < x.capacity ? mine.count - i : x.capacity, own + i * K));
done:
  watchdog_wait();
  st = cst_comm_agree(comm, st);
  if (st == CST_OK) st = cst_comm_gather(comm, own, mine.count * K * sizeof *own, &all, &bytes);
  if (st == CST_OK) memcpy(probabilities, all, bytes);
  cst_free(all);
  cst_free(own);
  cst_free(x.row);
  cst_free(x.shifted);
  cst_free(x.logits);
  cst_free(x.p);
  return st;
}
