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
  cst_score *validation;     /* held-out sessions of seen cities */
  uint32_t *validation_clip; /* [n_validation] */
  size_t n_validation;
  bool *trained;      /* [classes] with labelled training clips of this fold */
  bool *seen_session; /* [sessions] cst_fold_seen_sessions() */
} fold_scores;

/* Classify the fold's held-out and validation clips by the best model of @p s, or by the @p raw
 * weights behind its average, each set adapted to as evaluate.adapt says.  @p truth: class by clip
 * or CST_NONE. Collective. */
cst_status scoring_run(cst_job *job, const cst_fold *fold, stage s, bool raw, const int *truth,
                       fold_scores *out);
void scoring_reset(fold_scores *self);

/* --- scoring_sets.c: which clips a figure is of --- */

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

/* Answers of one or several folds' models.  Where folds share clips, a clip has several answers. */
typedef struct {
  cst_score *scores;
  size_t n;     /* answers */
  size_t clips; /* distinct ones */
  size_t sessions;
} score_set;

/* All answers of a kind that count, by the folds' own training.  @p classes: only of these
 * [classes] (NULL: all).  Local. */
cst_status scoring_pool(const cst_job *job, const fold_scores *folds, size_t n, scored_clips kind,
                        const bool *classes, score_set *out);
void score_set_reset(score_set *self);

/* --- figures --- */

/* scoring_json.c.  macro_accuracy and over how many classes (classes_scored), ci95, accuracy,
 * calibration_error, clips (distinct), answers, sessions: all of the same set; null where it has no
 * clips. */
cst_status scoring_headline(const cst_job *job, const score_set *set, cst_json *out);
/* Figures of one fold and stage. */
cst_status scoring_fold_json(const cst_job *job, const fold_scores *scores, cst_json **out);
/* metrics.json: figures pooled over the final models of all folds. */
cst_status scoring_pooled_json(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_json *out);
/* scoring_sides.c.  Sets seen_cities and unseen_cities, each on its own classes;
 * seen_against_unseen, both on the classes that both have and on recordings that are new (a city
 * that was seen is not to gain by recordings that were); seen and unseen, macro accuracies for
 * which the same holds (on its own classes where there is one side only); and shared_sessions and
 * new_sessions. */
cst_status scoring_sides_json(const cst_job *job, const fold_scores *folds, size_t n,
                              cst_json *out);
/* scoring_maps.c.  Reliability diagram: [{low, high, clips, confidence, accuracy}], means of each
 * bin. */
cst_json *scoring_calibration_json(size_t n, const cst_score *scores);
/* City x class: [{city, class, unseen {clips, answers, correct}, seen {...}, not_testable}] where
 * there are clips; clips are distinct ones, correct counts answers; not_testable counts held-out
 * clips whose class the fold never trained on. */
cst_status scoring_cells_json(const cst_job *job, const fold_scores *final, size_t folds,
                              cst_json **out);

/* held_out.c.  Local. */
/* predictions/held-out.csv: every clip of @p final; without any, no file, and none that was. */
cst_status held_out_write(const cst_job *job, const fold_scores *final, size_t folds);
/* What other runs must share for their figures to compare: seed, strategy with its `parameters` in
 * effect, tier, and `digests` of data and features (of development and evaluation; neither paths
 * nor the pre-training set count).
 */
cst_status held_out_provenance(const cst_job *job, cst_json *out);
/* Digest of the roles of a fold's clips. */
cst_status held_out_split_digest(const cst_job *job, const cst_fold *fold, cst_json *out);

#endif
