/* Figures of scores as JSON.  Private to score. */
#ifndef CST_SCORE_SCORING_JSON_H
#define CST_SCORE_SCORING_JSON_H

#include "fold_scores.h"

#include "cassette/job.h"

/* Figures of one fold and stage. */
cst_status scoring_fold_json(const cst_job *job, const fold_scores *scores, cst_json **out);
/* metrics.json: figures pooled over the final models of all folds. */
cst_status scoring_pooled_json(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_json *out);

#endif
