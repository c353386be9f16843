/* What a step makes of its gradient: an optimiser's step, and the average of weights. */
#include "step.h"

#include "cassette/adam.h"
#include "cassette/ema.h"
#include "cassette/gradient_norm.h"
#include "cassette/sgd.h"

static const double NESTEROV = 0.9; /* momentum of SGD */

/* One tensor's step; vectors (biases, BatchNorm) do not decay. */
static void update_tensor(learner *self, const learner_batch *b, const cst_param *p)
{
  const double weight_decay = p->roles & CST_ROLE_DECAYS ? b->recipe->weight_decay : 0.0;
  float *values = self->network.weights.params + p->offset, *m = self->m + p->offset;
  const float *gradient = self->gradient + p->offset;
  if (b->recipe->optimizer == CST_OPTIMIZER_SGD) {
    const cst_sgd sgd = {b->learning_rate, NESTEROV, weight_decay};
    cst_sgd_step(&sgd, p->count, gradient, values, m);
  } else {
    cst_adam adam = cst_adam_defaults();
    adam.learning_rate = b->learning_rate;
    adam.weight_decay = weight_decay;
    cst_adam_step(&adam, b->update, p->count, gradient, values, m, self->v + p->offset);
  }
}

void step_update(learner *self, const learner_batch *batch)
{
  const uint64_t before = batch->update - 1, start = batch->average_from;
  const double limit = batch->recipe->clip_norm;
  if (limit > 0.0)
    self->gradient_norm = cst_gradient_clip(limit, self->params->floats, self->gradient);
  for (size_t i = 0; i < self->params->n; i++) update_tensor(self, batch, &self->params->list[i]);
  if (self->ema == 0.0) return;
  if (before < start) {
    cst_weights_copy(self->network.model, &self->network.weights, &self->average);
    return;
  }
  cst_ema_step(self->ema, before - start, self->params->floats, self->network.weights.params,
               self->average.params);
  cst_ema_step(self->ema, before - start, self->stats->floats, self->network.weights.stats,
               self->average.stats);
}
