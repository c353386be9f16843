/* Where the scores lie: by confidence, and by city and class.  Private to score. */
#ifndef CST_SCORE_SCORING_MAPS_H
#define CST_SCORE_SCORING_MAPS_H

#include "fold_scores.h"

#include "cassette/job.h"

/* Reliability diagram: [{low, high, clips, confidence, accuracy}], means of each
 * bin. */
cst_json *scoring_calibration_json(size_t n, const cst_score *scores);
/* City x class: [{city, class, unseen {clips, answers, correct}, seen {...}, not_testable}] where
 * there are clips; clips are distinct ones, correct counts answers; not_testable counts held-out
 * clips whose class the fold never trained on. */
cst_status scoring_cells_json(const cst_job *job, const fold_scores *final, size_t folds,
                              cst_json **out);

#endif
