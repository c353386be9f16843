/**
 * @file job_strategy.h
 * The strategy that a configuration asks for.
 */
#ifndef CST_JOB_STRATEGY_H
#define CST_JOB_STRATEGY_H

#include "cassette/config.h"
#include "cassette/strategy.h"

/** The strategy @p name with the configuration's parameters; if the configuration names another one
 *  (a teacher is supervised), with its own.  Local. */
cst_status cst_job_strategy(const cst_config *config, const char *name, size_t classes,
                            size_t unlabelled, cst_strategy **out);
/** Whether tables of other models judge in place of the run's own teacher (teacher.files, teacher.runs):
 *  where its strategy has one, and is of no tier of its own. */
bool cst_job_has_tables(const cst_config *config);
/** What students by @p strategy know of unlabelled clips. */
cst_tier cst_job_tier(const cst_config *config, const char *strategy);
/** Parameter of mixtures in effect: the strategy's where it mixes all rows, else the configuration's
 *  for labelled clips. */
double cst_job_mixup(const cst_config *config, const cst_strategy *strategy);

#endif
