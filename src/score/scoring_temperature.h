/* Calibrated answers: a temperature of each fold's model and of all of them together, and what it
 * does.  Private to score. */
#ifndef CST_SCORE_SCORING_TEMPERATURE_H
#define CST_SCORE_SCORING_TEMPERATURE_H

#include "fold_scores.h"

#include "cassette/job.h"

/* `temperature` of a fold's model, an object:
 *   value          by the validation clips (temperature.h); null where there is none, and `why`
 *   unknown_below  the confidence that a twentieth of those clips does not reach, after it
 *   validation     of those clips: clips, nll and calibration_error before it, nll_scaled and
 *                  calibration_error_scaled after it
 *   held_out       the same of the held-out clips
 * and self->temperature.  Local. */
cst_status scoring_temperature_fold_json(const cst_job *job, fold_scores *self, cst_json *out);
/* The same of the mean of all folds' probabilities, by the validation clips that no fold trained on;
 * held_out is of the folds' own models by their own temperatures.  After those of the folds.
 * Local. */
cst_status scoring_temperature_json(const cst_job *job, const fold_scores *final, size_t folds,
                                    cst_json *out);

#endif
