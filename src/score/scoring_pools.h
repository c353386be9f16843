/* Answers of several voices: of a recording session, of several runs.  Private to score. */
#ifndef CST_SCORE_SCORING_POOLS_H
#define CST_SCORE_SCORING_POOLS_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

/* The held-out clips of @p from (scored, [folds]) as their sessions answer, evaluate.vote: who does so
 * knows which clips were recorded together.  Local. */
cst_status scoring_vote(const cst_job *job, const fold_scores *from, size_t folds, cst_pooled *out);
/* The same as this run and those of evaluate.with answer together.  Reads
 * the table of each fold, which held_out_write() wrote.  Local. */
cst_status scoring_ensemble(const cst_job *job, const fold_scores *from, size_t folds,
                            cst_pooled *out);

#endif
