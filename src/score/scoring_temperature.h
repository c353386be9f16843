/* Calibrated answers: a temperature of each fold's model and of all of them together, and what it
 * does.  Private to score. */
#ifndef CST_SCORE_SCORING_TEMPERATURE_H
#define CST_SCORE_SCORING_TEMPERATURE_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

/* Of a fold's model, and self->temperature.  Local. */
cst_status scoring_temperature_fold(const cst_job *job, fold_scores *self,
                                    cst_temperature_note *out);
/* The same of the mean of all folds' probabilities, by the validation clips that no fold trained on;
 * held_out is of the folds' own models by their own temperatures.  After those of the folds.
 * Local. */
cst_status scoring_temperature(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_temperature_note *out);

#endif
