/* Answers of several voices: of a recording session, of several runs.  Private to score. */
#ifndef CST_SCORE_SCORING_POOLS_H
#define CST_SCORE_SCORING_POOLS_H

#include "fold_scores.h"

#include "cassette/job.h"

/* The held-out clips of @p from (scored, [folds]) as their sessions answer, evaluate.vote.  Sets
 * `vote`: figures as of scoring_headline(), and that they know which clips were recorded together
 * (`tier` session).  Local. */
cst_status scoring_vote_json(const cst_job *job, const fold_scores *from, size_t folds,
                             cst_json *out);
/* The same as this run and those of evaluate.with answer together: `ensemble`, with `runs`.  Reads
 * the table of each fold, which held_out_write() wrote.  Local. */
cst_status scoring_ensemble_json(const cst_job *job, const fold_scores *from, size_t folds,
                                 cst_json *out);

#endif
