/* Where the scores lie: by confidence, and by city and class.  Private to score. */
#ifndef CST_SCORE_SCORING_MAPS_H
#define CST_SCORE_SCORING_MAPS_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

/* Sets calibration: a reliability diagram. */
cst_status scoring_reliability(size_t n, const cst_score *scores, cst_metrics *out);
/* Sets cells: city x class, where there are clips. */
cst_status scoring_cells(const cst_job *job, const fold_scores *final, size_t folds,
                         cst_metrics *out);

#endif
