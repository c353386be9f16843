/* Contracts in learner.h: creation, the average of weights.  step.c has the step. */
#include "learner.h"

#include "monitor.h"

#include "cassette/inference.h"
#include "cassette/job_strategy.h"
#include "cassette/limits.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/weights_mean.h"

#include <math.h>
#include <string.h>

enum { PHASES = 4 }; /* of a strategy's sums, at most */

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
  const size_t rows = cst_views_unlabelled(views), guesses = cst_views_unlabelled_guess(views);
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
  CST_ALLOC(workspace->told, workspace->rows);
  CST_ALLOC(workspace->scratch, 4 * clip);
  CST_ALLOC(workspace->style, 2 * self->job->spec.bins);
  CST_ALLOC(workspace->partner, rows);
  CST_ALLOC(workspace->mixing, rows);
  CST_ALLOC(workspace->drawn, rows);
  CST_ALLOC(workspace->style_partner, clips);
  CST_ALLOC(workspace->dropout, workspace->rows);
  CST_ALLOC(workspace->target, workspace->rows * K);
  if (views->taught) CST_ALLOC(workspace->taught, workspace->rows * K);
  CST_ALLOC(workspace->partner_target, 2 * K);
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
    CST_TRY(cst_weights_create(self->network.model, &self->average));
    CST_TRY(cst_weights_create(self->network.model, &self->best_raw));
  }
  CST_TRY(allocate_workspace(self, K, batch));
done:
  return st;
}

static cst_status create(learner *self, size_t K, bool told, const char *strategy,
                         size_t unlabelled, batch_size batch)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  CST_TRY(cst_job_strategy(job->config, strategy, K, unlabelled, &self->strategy));
  self->mixup = cst_job_mixup(job->config, self->strategy);
  self->ema = job->config->strategy.ema;
  self->workspace.rows = max_rows(self, batch);
  CST_TRY(check_rows(self, batch));
  const cst_network_use use = {.classes = K,
                               .aux_classes = cst_views_flips(cst_strategy_views(self->strategy)),
                               .told = told,
                               .max_clips = self->workspace.rows};
  CST_TRY(cst_network_create(job, &use, &self->network));
  self->params = cst_model_params(self->network.model);
  self->stats = cst_model_stats(self->network.model);
  CST_TRY(cst_weights_create(self->network.model, &self->best));
  CST_TRY(allocate(self, K, batch));
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

cst_status learner_create(const cst_job *job, size_t classes, bool told, const char *strategy,
                          size_t unlabelled, batch_size batch, learner *out)
{
  cst_status st;
  *out = (learner){.job = job};
  st = cst_comm_agree(job->comm, create(out, classes, told, strategy, unlabelled, batch));
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
  cst_free(workspace->told);
  cst_free(workspace->scratch);
  cst_free(workspace->style);
  cst_free(workspace->partner);
  cst_free(workspace->mixing);
  cst_free(workspace->drawn);
  cst_free(workspace->style_partner);
  cst_free(workspace->dropout);
  cst_free(workspace->target);
  cst_free(workspace->taught);
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
  cst_weights_reset(&self->best);
  cst_weights_reset(&self->average);
  cst_weights_reset(&self->best_raw);
  cst_free(self->m);
  cst_free(self->v);
  cst_free(self->gradient);
  cst_free(self->mean);
  cst_free(self->totals);
  cst_free(self->contribution);
  reset_workspace(&self->workspace);
  cst_exact_destroy(&self->sum);
  cst_exact_destroy(&self->tally);
  cst_exact_destroy(&self->phase);
  cst_strategy_destroy(&self->strategy);
  cst_network_reset(&self->network);
  *self = (learner){0};
}

void learner_restart(learner *self)
{
  memset(self->m, 0, self->params->floats * sizeof *self->m);
  memset(self->v, 0, self->params->floats * sizeof *self->v);
  self->mean_epochs = 0;
  if (self->ema > 0.0)
    cst_weights_copy(self->network.model, &self->network.weights, &self->average);
}

const cst_weights *learner_final(const learner *self)
{
  return self->ema > 0.0 ? &self->average : &self->network.weights;
}

void learner_keep_best(learner *self)
{
  cst_weights_copy(self->network.model, learner_final(self), &self->best);
  if (self->ema > 0.0)
    cst_weights_copy(self->network.model, &self->network.weights, &self->best_raw);
}

cst_status learner_keep_mean(learner *self)
{
  cst_status st = CST_OK;
  CST_ALLOC(self->mean, self->params->floats);
done:
  return st;
}

void learner_add_to_mean(learner *self)
{
  cst_weights_mean_add((uint64_t)self->mean_epochs, self->params->floats,
                       learner_final(self)->params, self->mean);
  self->mean_epochs++;
}

/* Copied first: the counts of batches and the weights behind the average are the last epoch's. */
cst_status learner_take_mean(learner *self, const uint32_t *clips, size_t n)
{
  learner_keep_best(self);
  for (size_t i = 0; i < self->params->floats; i++) self->best.params[i] = (float)self->mean[i];
  return cst_network_take_statistics(self->job, self->network.model, &self->best, clips, n);
}
