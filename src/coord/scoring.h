/* Scores of finished folds, and their figures as JSON.  Private to coord. */
#ifndef CST_COORD_SCORING_H
#define CST_COORD_SCORING_H

#include "training.h"

#include "cassette/metrics.h"

enum { CALIBRATION_BINS = 15 };

/* What one model of one fold says of clips whose class is known. */
typedef struct {
  const cst_fold *fold; /* borrowed */
  stage stage;          /* STAGE_FINETUNE or STAGE_STUDENT */
  cst_score *test;      /* held-out clips */
  uint32_t *test_clip;  /* [n_test] which they are */
  float *test_p;        /* [n_test][classes] probabilities */
  size_t n_test;
  cst_score *validation; /* held-out sessions of heard cities */
  size_t n_validation;
  bool *testable; /* [classes]: trained on, and among the held-out clips */
} fold_scores;

/* Classes by clip for scoring, CST_NONE where unknown: the metadata's, else those of dataset.truth.
 * Local. */
cst_status scoring_truth(const cst_job *job, int *truth);
/* Classify the fold's held-out and validation clips by the best model of @p s.  @p truth: class by
 * clip or CST_NONE.  Collective. */
cst_status scoring_run(cst_job *job, feature_source *source, const cst_fold *fold, stage s,
                       const int *truth, fold_scores *out);
void scoring_reset(fold_scores *self);
/* Figures of one fold and stage. */
cst_status scoring_fold_json(const cst_job *job, const fold_scores *scores, cst_json **out);
/* metrics.json: figures pooled over the final models of all folds. */
cst_status scoring_pooled_json(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_json *out);
/* Whether a held-out clip's city was heard in training. */
bool scoring_is_seen(const fold_scores *scores, const cst_score *score);
/* Heard cities are scored by the held-out clips in them (official protocol); where there are none,
 * by the validation sessions. */
bool scoring_validation_is_seen(const fold_scores *scores);
/* Reliability diagram: [{low, high, clips, confidence, accuracy}], means of each bin. */
cst_json *scoring_calibration_json(size_t n, const cst_score *scores);
/* City x class: [{city, class, unseen {clips, correct}, seen {clips, correct}, not_testable}] where
 * there are clips; not_testable counts held-out clips whose class the fold never trained on. */
cst_status scoring_cells_json(const cst_job *job, const fold_scores *final, size_t folds,
                              cst_json **out);

/* held_out.c.  Local. */
/* predictions/held-out.csv: every clip of @p final; without any, no file. */
cst_status held_out_write(const cst_job *job, const fold_scores *final, size_t folds);
/* What other runs must share for their figures to compare: seed, strategy, tier, and `digests` of
 * data and features (of development and evaluation; neither paths nor the pre-training set count).
 */
cst_status held_out_provenance(const cst_job *job, feature_source *source, cst_json *out);
/* Digest of the roles of a fold's clips. */
cst_status held_out_split_digest(const cst_job *job, const cst_fold *fold, cst_json *out);

#endif
