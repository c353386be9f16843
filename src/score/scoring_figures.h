/* Figures of scores.  Private to score. */
#ifndef CST_SCORE_SCORING_FIGURES_H
#define CST_SCORE_SCORING_FIGURES_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

/* Of one fold and stage: name to figures; cst_rows_destroy(), also where it fails. */
cst_status scoring_fold(const cst_job *job, const fold_scores *scores, cst_stage_metrics *out);
/* Pooled over the final models of all folds: classes, figures, calibration and cells of @p out. */
cst_status scoring_pooled(const cst_job *job, const fold_scores *final, size_t folds,
                          cst_metrics *out);

#endif
