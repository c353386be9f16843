/*
 * A training step on all ranks:
 *
 *   each rank   views of its slice of the global batch, forward (BatchNorm sums inside)
 *   together    the sums that the strategy asks for
 *   each rank   loss and backward; each clip's gradient and tallies into exact accumulators
 *   together    exact sums
 *   each rank   the same Adam step on the same bits
 *
 * Some strategies look at unlabelled clips before that (a guess, without gradient), some pass the
 * labelled ones a second time, alone; that pass is made again for its backward half, so that one
 * set of activations is enough.
 */
#include "step.h"

#include "monitor.h"
#include "step_rows.h"

#include "cassette/delay.h"
#include "cassette/finite.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/watchdog.h"

#include <string.h>

static const double UNCHANGED = 0.0; /* momentum of passes that leave running statistics alone */

/* Everything of the step in hand. */
typedef struct {
  learner *self;
  cst_feature_source *source;
  const learner_batch *batch;
  const cst_views *views;
  cst_ssl_step ssl;
  step_samples mine;
  size_t K;
} step;

/* --- what is not finite, and where --- */

/* Name of the tensor that holds number @p at of a flat buffer. */
static const char *tensor_at(const cst_layout *layout, size_t at)
{
  for (size_t i = 0; i < layout->n; i++)
    if (at < layout->list[i].offset + layout->list[i].count) return layout->list[i].name;
  return "none";
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
static cst_status check_features(const step *s)
{
  cst_status st = CST_OK;
  const learner_batch *b = s->batch;
  const cst_model_spec *spec = cst_model_get_spec(s->self->network.model);
  const size_t floats = spec->frames * spec->bins, labelled = s->mine.labelled.count;
  for (size_t i = 0; i < labelled + s->mine.unlabelled.count; i++) {
    const uint32_t clip = i < labelled ? b->labelled[s->mine.labelled.first + i]
                                       : b->unlabelled[s->mine.unlabelled.first + i - labelled];
    const float *row;
    CST_TRY(cst_feature_source_clip(s->source, clip, s->self->workspace.scratch, &row));
    if (cst_first_not_finite(floats, row) < floats)
      CST_FAIL(CST_ERR_NUMBERS,
               "the features of clip %s are not finite (stage %s, epoch %llu, step %llu); "
               "remove the feature store and run `cassette features` again",
               s->self->job->data->clip[clip].id, b->stage, (unsigned long long)b->epoch + 1,
               (unsigned long long)b->step + 1);
  }
done:
  return st;
}

/* Names the first tensor in the order of the layers, which is where it began.  Collective where
 * something is wrong, which all ranks see alike. */
static cst_status check_statistics(const step *s)
{
  cst_status st = CST_OK;
  const learner *self = s->self;
  const size_t bad = cst_first_not_finite(self->stats->floats, self->network.weights.stats);
  if (bad == self->stats->floats) return CST_OK;
  CST_TRY(cst_comm_agree(self->job->comm, check_features(s)));
  st = diverged(s->batch, "the BatchNorm statistic ", tensor_at(self->stats, bad));
done:
  return st;
}

static cst_status check_weights(const step *s)
{
  const learner *self = s->self;
  const size_t bad = cst_first_not_finite(self->params->floats, self->network.weights.params);
  if (bad == self->params->floats) return CST_OK;
  return diverged(s->batch, "the updated weight ", tensor_at(self->params, bad));
}

/* --- samples --- */

/* First row of this rank's sample @p i in the joint pass. */
static size_t row_of(const step *s, size_t i)
{
  const size_t rl = cst_views_labelled(s->views), ru = cst_views_unlabelled(s->views);
  const size_t labelled = s->mine.labelled.count;
  return i < labelled ? i * rl : labelled * rl + (i - labelled) * ru;
}

/* Of this rank's unlabelled clip @p j. */
static const float *guess_logits(const step *s, size_t j)
{
  const size_t labelled = s->mine.labelled.count * cst_views_labelled_guess(s->views);
  return s->self->workspace.guess_logits +
         (labelled + j * cst_views_unlabelled_guess(s->views)) * s->K;
}

static void sample_at(const step *s, size_t i, cst_sample *out)
{
  const step_workspace *workspace = &s->self->workspace;
  const size_t labelled = s->mine.labelled.count, j = i - labelled, row = row_of(s, i);
  const bool is_labelled = i < labelled;
  *out = (cst_sample){
      .labelled = is_labelled,
      .position = is_labelled ? s->mine.labelled.first + i : s->mine.unlabelled.first + j,
      .target = is_labelled || s->views->mix ? workspace->target + row * s->K : NULL,
      .logits = workspace->logits + row * s->K};
  if (is_labelled) {
    out->taught = s->views->taught ? workspace->taught + row * s->K : NULL;
    out->alone = s->views->labelled_alone ? workspace->alone + row * s->K : NULL;
  } else {
    out->clip = s->batch->number[out->position];
    out->guess = s->views->guesses ? guess_logits(s, j) : NULL;
    if (!s->views->flipped) return;
    const size_t last = row + cst_views_unlabelled(s->views) - 1;
    out->flips = workspace->flips + last * CST_FLIPS;
    out->flip = workspace->flip[last];
  }
}

/* What is known of the sample once guesses are made and rows are not. */
static void guessed_at(const step *s, size_t i, cst_sample *out)
{
  sample_at(s, i, out);
  out->logits = out->alone = out->flips = NULL;
  if (!out->labelled) out->target = NULL;
}

static size_t samples(const step *s) { return s->mine.labelled.count + s->mine.unlabelled.count; }

typedef void (*sample_fn)(const step *s, size_t i, cst_sample *out);

/* What the strategy wants to know of the whole batch.  Collective. */
static void add_phases(const step *s, sample_fn get)
{
  learner *self = s->self;
  size_t n;
  for (int phase = 0; (n = cst_strategy_sums(self->strategy, &s->ssl, phase)) > 0; phase++) {
    for (size_t i = 0; i < samples(s); i++) {
      cst_sample sample;
      get(s, i, &sample);
      memset(self->contribution, 0, n * sizeof *self->contribution);
      cst_strategy_observe(self->strategy, &s->ssl, phase, &sample, self->contribution);
      cst_exact_add_f64(self->phase, 0, n, self->contribution);
    }
    cst_exact_total(self->phase, self->job->comm, self->totals, NULL);
    cst_strategy_absorb(self->strategy, &s->ssl, phase, self->totals);
  }
}

/* --- passes --- */

static cst_model_batch part_of(const step *s, step_pass pass)
{
  cst_model_batch part = {.features = s->self->workspace.feature,
                          .told = s->self->workspace.told,
                          .dropout = s->self->workspace.dropout,
                          .momentum = pass == PASS_JOINT ? NULL : &UNCHANGED};
  if (pass == PASS_JOINT && s->views->flipped) {
    part.aux = s->self->workspace.flips;
    part.daux = s->self->workspace.dflips;
  }
  step_rows_count(s->self, s->batch, pass, &part.clips, &part.global_clips);
  return part;
}

/* Make the rows of a pass; all ranks succeed or all fail. */
static cst_status fill(const step *s, step_pass pass)
{
  const learner_batch *b = s->batch;
  cst_watchdog_enter("reading features", b->stage, (int64_t)b->epoch, (int64_t)b->step);
  const cst_status st = step_rows_fill(s->self, s->source, b, pass);
  cst_watchdog_enter("training step", b->stage, (int64_t)b->epoch, (int64_t)b->step);
  return cst_comm_agree(s->self->job->comm, st);
}

static void forward(const step *s, step_pass pass, float *logits)
{
  const cst_model_batch part = part_of(s, pass);
  step_rows_mask(s->self, s->batch, pass);
  cst_model_forward(s->self->network.model, &s->self->network.weights, &part, logits);
}

static void backward(const step *s, step_pass pass, const float *dlogits)
{
  const cst_model_batch part = part_of(s, pass);
  cst_model_backward(s->self->network.model, &s->self->network.weights, &part, dlogits,
                     s->self->sum);
}

/* Targets guessed for all unlabelled clips of the batch, on every rank.  Collective. */
static cst_status share_guesses(const step *s)
{
  cst_status st = CST_OK;
  const cst_comm *comm = s->self->job->comm;
  step_workspace *workspace = &s->self->workspace;
  const cst_slice mine = s->mine.unlabelled;
  void *all = NULL;
  size_t bytes = 0;
  for (size_t i = 0; i < mine.count; i++) {
    double *target = step_guess(s->self, mine.first + i);
    target[s->K] = cst_strategy_guess(s->self->strategy, guess_logits(s, i), target);
  }
  CST_TRY(cst_comm_gather(comm, step_guess(s->self, mine.first),
                          mine.count * (s->K + 1) * sizeof(double), &all, &bytes));
  memcpy(workspace->guess, all, bytes);
done:
  cst_free(all);
  return st;
}

/* Logits of views that are only looked at.  Collective. */
static cst_status forward_guesses(const step *s)
{
  cst_status st = CST_OK;
  learner *self = s->self;
  step_workspace *workspace = &self->workspace;
  if (s->batch->n.unlabelled == 0) goto done;
  CST_TRY(fill(s, PASS_GUESS));
  if (s->views->guess_by_average) {
    const cst_model_batch part = part_of(s, PASS_GUESS);
    cst_model_predict(self->network.model, learner_final(self), part.clips, part.features,
                      part.told, workspace->guess_logits);
  } else {
    forward(s, PASS_GUESS, workspace->guess_logits);
  }
done:
  return st;
}

/* Everything that the rows may depend on.  Collective. */
static cst_status guess(const step *s)
{
  cst_status st = CST_OK;
  if (s->views->guesses == 0) return CST_OK;
  CST_TRY(forward_guesses(s));
  step_rows_label(s->self, s->batch);
  add_phases(s, guessed_at);
  if (s->views->mix) CST_TRY(share_guesses(s));
done:
  return st;
}

/* Labelled rows are told apart within the groups of their targets. */
static void keep_groups(const step *s)
{
  const step_workspace *work = &s->self->workspace;
  const size_t rows = s->mine.labelled.count * cst_views_labelled(s->views);
  for (size_t i = 0; i < rows; i++)
    cst_class_groups_keep(&s->batch->groups, s->K, work->target + i * s->K,
                          work->logits + i * s->K);
}

/* Logits of every row.  Collective. */
static cst_status forward_all(const step *s)
{
  cst_status st = CST_OK;
  CST_TRY(guess(s));
  CST_TRY(fill(s, PASS_JOINT));
  if (s->views->labelled_alone) forward(s, PASS_ALONE, s->self->workspace.alone);
  forward(s, PASS_JOINT, s->self->workspace.logits);
  keep_groups(s);
  st = check_statistics(s);
done:
  return st;
}

static void backward_all(const step *s)
{
  backward(s, PASS_JOINT, s->self->workspace.dlogits);
  if (!s->views->labelled_alone) return;
  forward(s, PASS_ALONE, s->self->workspace.alone);
  backward(s, PASS_ALONE, s->self->workspace.dalone);
}

/* --- losses --- */

static int check_of(const step *s, const cst_sample *sample)
{
  const learner_batch *b = s->batch;
  return sample->labelled ? CST_NONE : b->check[b->unlabelled[sample->position]];
}

/* Losses, their gradients by the logits, and tallies. */
static void score(const step *s)
{
  learner *self = s->self;
  step_workspace *workspace = &self->workspace;
  const size_t n = monitor_tallies(s->K);
  memset(workspace->dflips, 0, workspace->rows * CST_FLIPS * sizeof *workspace->dflips);
  for (size_t i = 0; i < samples(s); i++) {
    cst_sample sample;
    cst_sample_loss loss;
    const size_t row = row_of(s, i);
    cst_gradient gradient = {workspace->dlogits + row * s->K, workspace->dalone + row * s->K, NULL};
    sample_at(s, i, &sample);
    if (sample.flips) gradient.flips = workspace->dflips + (sample.flips - workspace->flips);
    cst_strategy_loss(self->strategy, &s->ssl, &sample, &gradient, &loss);
    memset(self->contribution, 0, n * sizeof *self->contribution);
    monitor_sample(s->K, &sample, &loss, check_of(s, &sample), self->contribution);
    cst_exact_add_f64(self->tally, 0, n, self->contribution);
  }
}

/* The exact sums over all ranks: the gradient, and what the step reports.  Collective. */
static cst_status add_up(const step *s, double *tallies)
{
  cst_status st = CST_OK;
  learner *self = s->self;
  const size_t floats = self->params->floats;
  size_t bad, bad_tally;
  cst_exact_total(self->tally, self->job->comm, tallies, &bad_tally);
  cst_exact_total_f32(self->sum, self->job->comm, self->gradient, &bad);
  if (bad < floats) CST_TRY(diverged(s->batch, "the gradient of ", tensor_at(self->params, bad)));
  if (bad_tally < monitor_tallies(s->K)) CST_TRY(diverged(s->batch, "", "the loss"));
done:
  return st;
}

cst_status learner_step(learner *self, cst_feature_source *source, const learner_batch *batch,
                        double *tallies)
{
  cst_status st = CST_OK;
  const step s = {
      .self = self,
      .source = source,
      .batch = batch,
      .views = cst_strategy_views(self->strategy),
      .ssl = {.labelled = batch->n.labelled,
              .unlabelled = batch->n.unlabelled,
              .progress = batch->progress,
              .key = cst_random_key_make((uint64_t)self->job->config->seed, CST_RANDOM_STRATEGY,
                                         batch->stage_key, batch->epoch << 32 | batch->step, 0)},
      .mine = step_samples_of(self, batch),
      .K = cst_model_get_spec(self->network.model)->classes};
  cst_delay_point("step");
  CST_TRY(forward_all(&s));
  if (s.views->guesses == 0) add_phases(&s, sample_at);
  score(&s);
  backward_all(&s);
  CST_TRY(add_up(&s, tallies));
  step_update(self, batch);
  st = check_weights(&s);
done:
  return st;
}
