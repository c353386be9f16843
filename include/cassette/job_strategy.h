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
/** Parameter of mixtures in effect: the strategy's where it mixes all rows, else the configuration's
 *  for labelled clips. */
double cst_job_mixup(const cst_config *config, const cst_strategy *strategy);

#endif
