/* Which clips a figure is of.  Private to score. */
#ifndef CST_SCORE_SCORING_SETS_H
#define CST_SCORE_SCORING_SETS_H

#include "fold_scores.h"

#include "cassette/job.h"

/* Whether the fold's model could know the clip's class.  Clips of other classes are in no figure;
 * they are counted apart. */
bool scoring_counts(const fold_scores *scores, const cst_score *score);
/* Whether a held-out clip's city was seen in training.  A clip without a city is on neither side.
 */
bool scoring_is_seen(const fold_scores *scores, const cst_score *score);
bool scoring_is_unseen(const fold_scores *scores, const cst_score *score);
/* Seen cities are scored by the held-out clips in them (official protocol); where there are none,
 * by the validation sessions. */
bool scoring_validation_is_seen(const fold_scores *scores);

typedef enum {
  SCORED_TEST,            /* all held-out clips */
  SCORED_UNSEEN,          /* of them, those of cities not seen */
  SCORED_SEEN,            /* those of seen cities, or the validation clips in their place */
  SCORED_SEEN_NEW,        /* of those, without held-out clips of sessions that training saw */
  SCORED_SHARED_SESSIONS, /* held-out clips of sessions that training saw */
  SCORED_NEW_SESSIONS     /* those of other sessions */
} scored_clips;

/* All answers of a kind that count, by the folds' own training.  @p classes: only of these
 * [classes] (NULL: all).  Local. */
cst_status scoring_pool(const cst_job *job, const fold_scores *folds, size_t n, scored_clips kind,
                        const bool *classes, score_set *out);
void score_set_reset(score_set *self);

#endif
