/* The strategy that a configuration asks for.  Contract in job_strategy.h. */
#include "cassette/job_strategy.h"

#include <string.h>

cst_status cst_job_strategy(const cst_config *config, const char *name, size_t classes,
                            size_t unlabelled, cst_strategy **out)
{
  const cst_strategy_params own = cst_strategy_own_params();
  const bool configured = strcmp(name, config->strategy.name) == 0;
  return cst_strategy_create(name, configured ? &config->strategy.params : &own, classes,
                             unlabelled, out);
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
  const cst_tier own = cst_strategy_tier(strategy);
  if (c->model.metadata.n > 0 && own < CST_TIER_METADATA) return CST_TIER_METADATA;
  return asks_tables(&c->teacher.files, strategy) ? CST_TIER_EXTERNAL : own;
}

double cst_job_mixup(const cst_config *c, const cst_strategy *strategy)
{
  return cst_strategy_views(strategy)->mix ? cst_strategy_get_params(strategy)->mixup
                                           : c->augment.mixup;
}
