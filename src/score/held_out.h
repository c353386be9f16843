/* What a comparison of runs needs of each.  Private to score. */
#ifndef CST_SCORE_HELD_OUT_H
#define CST_SCORE_HELD_OUT_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/trained.h"

/* predictions/held-out.csv: every clip of @p final; without any, no file, and none that was.  And
 * predictions/held-out/<fold>.csv and validation/<fold>.csv, tables of probabilities. */
cst_status held_out_write(const cst_job *job, const fold_scores *final, size_t folds);
/* What other runs must share for their figures to compare: seed, strategy with its `parameters` in
 * effect, tier, and `digests` of data and features (of development and evaluation; neither paths
 * nor the pre-training set count).
 */
cst_status held_out_provenance(const cst_job *job, cst_json *out);
/* Digest of the roles of a fold's clips. */
cst_status held_out_split_digest(const cst_job *job, const cst_fold *fold, cst_json *out);
/* Digest of a model, and of the tables that taught it, if any did.  Rank 0. */
cst_status held_out_model_digest(const cst_job *job, const cst_trained *model, cst_json *out);

#endif
