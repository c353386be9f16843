/* What a comparison of runs needs of each.  Private to score. */
#ifndef CST_SCORE_HELD_OUT_H
#define CST_SCORE_HELD_OUT_H

#include "fold_scores.h"

#include "cassette/digest.h"
#include "cassette/job.h"
#include "cassette/metrics_file.h"
#include "cassette/trained.h"

/* predictions/held-out.csv: every clip of @p final; without any, no file, and none that was.  And
 * predictions/held-out/<fold>.csv and validation/<fold>.csv, tables of probabilities. */
cst_status held_out_write(const cst_job *job, const fold_scores *final, size_t folds);
/* Room for digests that metrics borrow. */
typedef struct {
  char data[CST_DIGEST_HEX], features[CST_DIGEST_HEX];
} provenance;
typedef struct {
  char split[CST_DIGEST_HEX], model[CST_DIGEST_HEX], teacher[CST_DIGEST_HEX];
} fold_provenance;

/* What other runs must share for their figures to compare: seed to digests of @p out. */
cst_status held_out_provenance(const cst_job *job, provenance *digests, cst_metrics *out);
/* Digest of the roles of a fold's clips. */
cst_status held_out_split_digest(const cst_job *job, const cst_fold *fold, fold_provenance *digests,
                                 cst_fold_metrics *out);
/* Digest of a model, and of the tables that taught it, if any did.  Rank 0. */
cst_status held_out_model_digest(const cst_job *job, const cst_trained *model,
                                 fold_provenance *digests, cst_fold_metrics *out);

#endif
