/* Figures of seen and unseen cities and sessions.  Private to score. */
#ifndef CST_SCORE_SCORING_SIDES_H
#define CST_SCORE_SCORING_SIDES_H

#include "fold_scores.h"

#include "cassette/job.h"
#include "cassette/metrics_file.h"

/* Sets seen_cities and unseen_cities, each on its own classes;
 * seen_against_unseen, both on the classes that both have and on recordings that are new (a city
 * that was seen is not to gain by recordings that were); seen and unseen, macro accuracies for
 * which the same holds (on its own classes where there is one side only); and shared_sessions and
 * new_sessions. */
cst_status scoring_sides(const cst_job *job, const fold_scores *folds, size_t n, cst_sides *out);

#endif
