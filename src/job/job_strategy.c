/* The strategy that a configuration asks for.  Contract in job_strategy.h. */
#include "cassette/job_strategy.h"

#include <math.h>
#include <string.h>

static double real_of(int64_t value) { return value == CST_ABSENT ? NAN : (double)value; }

static cst_strategy_params strategy_params(const cst_config *c)
{
  return (cst_strategy_params){.threshold = c->strategy.threshold,
                               .temperature = c->strategy.temperature,
                               .weight = c->strategy.weight,
                               .ramp = c->strategy.ramp,
                               .momentum = c->strategy.momentum,
                               .fairness = c->strategy.fairness,
                               .per_class = c->strategy.per_class,
                               .alignment = real_of(c->strategy.alignment),
                               .mixup = c->strategy.mixup,
                               .strong_views = real_of(c->strategy.strong_views),
                               .unmixed_weight = c->strategy.unmixed_weight,
                               .flip_weight = c->strategy.flip_weight,
                               .label_weight = c->strategy.label_weight,
                               .ratio = c->strategy.ratio,
                               .rounds = real_of(c->strategy.rounds),
                               .tsa = c->strategy.tsa};
}

cst_status cst_job_strategy(const cst_config *config, const char *name, size_t classes,
                            size_t unlabelled, cst_strategy **out)
{
  cst_strategy_params params = strategy_params(config);
  if (strcmp(name, config->strategy.name) != 0) params = cst_strategy_own_params();
  return cst_strategy_create(name, &params, classes, unlabelled, out);
}

static bool asks_tables(const cst_strings *tables, const char *strategy)
{
  return tables->n > 0 && cst_strategy_has_teacher(strategy) &&
         cst_strategy_tier(strategy) == CST_TIER_NONE;
}

bool cst_job_has_tables(const cst_config *c)
{
  const char *strategy = c->strategy.name;
  return asks_tables(&c->teacher.files, strategy) || asks_tables(&c->teacher.runs, strategy);
}

/* Runs that teach know no more than the run that they teach. */
cst_tier cst_job_tier(const cst_config *c, const char *strategy)
{
  return asks_tables(&c->teacher.files, strategy) ? CST_TIER_EXTERNAL : cst_strategy_tier(strategy);
}

double cst_job_mixup(const cst_config *c, const cst_strategy *strategy)
{
  return cst_strategy_views(strategy)->mix ? cst_strategy_get_params(strategy)->mixup
                                           : c->augment.mixup;
}
