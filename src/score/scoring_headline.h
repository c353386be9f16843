/* The figures that every set of scores has.  Private to score. */
#ifndef CST_SCORE_SCORING_HEADLINE_H
#define CST_SCORE_SCORING_HEADLINE_H

#include "fold_scores.h"

#include "cassette/job.h"

enum { CALIBRATION_BINS = 15 };

/* macro_accuracy and over how many classes (classes_scored), ci95, accuracy,
 * calibration_error, clips (distinct), answers, sessions: all of the same set; null where it has no
 * clips. */
cst_status scoring_headline(const cst_job *job, const score_set *set, cst_json *out);

#endif
