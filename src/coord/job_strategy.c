/* The strategy that a configuration asks for, and its parameters in effect.  Contracts in job.h. */
#include "job.h"

#include <math.h>
#include <string.h>

static double real_of(int64_t value) { return value == CST_ABSENT ? NAN : (double)value; }

static cst_strategy_params strategy_params(const cst_config *c)
{
  static const cst_tsa tsa[] = {[CST_TSA_KEY_NONE] = CST_TSA_NONE,
                                [CST_TSA_KEY_LINEAR] = CST_TSA_LINEAR,
                                [CST_TSA_KEY_EXP] = CST_TSA_EXP,
                                [CST_TSA_KEY_LOG] = CST_TSA_LOG};
  return (cst_strategy_params){.threshold = c->strategy.threshold,
                               .temperature = c->strategy.temperature,
                               .weight = c->strategy.weight,
                               .ramp = c->strategy.ramp,
                               .momentum = c->strategy.momentum,
                               .fairness = c->strategy.fairness,
                               .per_class = c->strategy.per_class,
                               .mixup = c->strategy.mixup,
                               .strong_views = real_of(c->strategy.strong_views),
                               .unmixed_weight = c->strategy.unmixed_weight,
                               .flip_weight = c->strategy.flip_weight,
                               .ratio = c->strategy.ratio,
                               .rounds = real_of(c->strategy.rounds),
                               .tsa = tsa[c->strategy.tsa]};
}

cst_status job_strategy(const cst_job *job, const char *name, size_t classes, size_t unlabelled,
                        cst_strategy **out)
{
  cst_strategy_params params = strategy_params(job->config);
  if (strcmp(name, job->config->strategy.name) != 0) params = cst_strategy_own_params();
  return cst_strategy_create(name, &params, classes, unlabelled, out);
}

double job_mixup(const cst_config *c, const cst_strategy *strategy)
{
  return cst_strategy_views(strategy)->mix ? cst_strategy_get_params(strategy)->mixup
                                           : c->augment.mixup;
}

cst_status job_adopt_strategy(cst_job *self)
{
  cst_strategy *strategy = NULL;
  const cst_status st = job_strategy(self, self->config->strategy.name, 2, 0, &strategy);
  if (st != CST_OK) return st;
  self->views = *cst_strategy_views(strategy);
  self->params = *cst_strategy_get_params(strategy);
  self->parameters = cst_strategy_params_json(strategy);
  cst_json_set_number(self->parameters, "ema", self->config->strategy.ema);
  cst_json_set_number(self->parameters, "mixup", job_mixup(self->config, strategy));
  cst_strategy_destroy(&strategy);
  return CST_OK;
}
