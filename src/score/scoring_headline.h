/* The figures that every set of scores has.  Private to score. */
#ifndef CST_SCORE_SCORING_HEADLINE_H
#define CST_SCORE_SCORING_HEADLINE_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

enum { CALIBRATION_BINS = 15 };

/* All of the same set. */
cst_status scoring_headline(const cst_job *job, const score_set *set, cst_headline *out);

#endif
