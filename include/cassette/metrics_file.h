/**
 * @file metrics_file.h
 * metrics.json: what the evaluation of a run found, of each fold and of all of them.
 *
 * Shares and accuracies are in [0, 1].  Texts are borrowed, trees too but where a structure was made for
 * writing; their members are called by classes or cities.
 */
#ifndef CST_METRICS_FILE_H
#define CST_METRICS_FILE_H

#include "cassette/json_rows.h"
#include "cassette/model_manifest.h"
#include "cassette/record_file.h"

/** Figures of a set of answers; none where it has no clips. */
typedef struct {
  bool there;
  double macro_accuracy;
  double ci95[2]; /**< of it, by the session bootstrap; none: fewer than two sessions */
  double accuracy, calibration_error;
  int64_t classes_scored; /**< over how many classes macro_accuracy is */
  int64_t clips;          /**< distinct */
  int64_t answers, sessions;
} cst_headline;
extern const cst_json_shape cst_headline_shape;

/** Both sides over the classes that both have and on recordings that are new. */
typedef struct {
  bool there;
  double drop, drop_ci95[2];
  cst_headline seen, unseen;
} cst_drop;

typedef struct {
  bool there;
  cst_drop drop;           /**< where they share a class */
  const cst_json *classes; /**< that both have */
} cst_seen_against_unseen;

/** Cities and sessions that training saw, and others. */
typedef struct {
  cst_headline seen_cities, unseen_cities;    /**< each on its own classes */
  cst_headline shared_sessions, new_sessions; /**< held-out clips of sessions that training saw */
  double seen, unseen; /**< macro accuracies that compare; of one side alone, its own */
  cst_seen_against_unseen seen_against_unseen;
} cst_sides;
extern const cst_json_shape cst_sides_shape;

/** A class that a fold cannot score. */
typedef struct {
  const char *fold, *class, *why;
  int64_t clips; /**< held-out ones, which are in no figure */
} cst_not_testable;

/** Figures of held-out clips. */
typedef struct {
  cst_headline headline;
  const cst_json *class_accuracy, *class_clips;
  const cst_json *confusion; /**< [classes][classes] of counts, by truth and answer */
  const cst_json *city_accuracy, *city_macro_accuracy, *city_clips;
  cst_sides sides;
  CST_LIST_OF(cst_not_testable) not_testable;
  int64_t not_testable_clips; /**< of all of these */
} cst_figures;

/** The same without the average of weights. */
typedef struct {
  bool there;
  cst_headline headline;
  cst_sides sides;
} cst_raw_figures;

/** What a temperature does to clips. */
typedef struct {
  bool there;
  int64_t clips;
  double nll, nll_scaled; /**< mean negative log likelihood before and after it */
  double calibration_error, calibration_error_scaled;
} cst_calibrated;

/** Calibration of answers. */
typedef struct {
  bool there;
  double value;              /**< the temperature, by the validation clips; none: ... */
  const char *why;           /**< ... why there is none */
  cst_calibrated validation; /**< of those clips */
  double unknown_below;      /**< the confidence that a twentieth of them does not reach */
  cst_calibrated held_out;
} cst_temperature_note;
extern const cst_json_shape cst_temperature_note_shape;

/** What a model of a fold is worth. */
typedef struct {
  bool there;
  const char *name, *stage;
  double validation_leakage; /**< share of validation clips of sessions that train */
  int64_t test_clips, test_clips_of_seen_sessions;
  cst_figures figures;
  cst_raw_figures raw;
  cst_effort effort;
} cst_stage_metrics;
extern const cst_json_shape cst_stage_metrics_shape;

/** A fold: its last model, and all. */
typedef struct {
  cst_stage_metrics last;
  cst_temperature_note temperature;
  const char *split, *model; /**< digests: of the roles of clips, of the model */
  const char *teacher;       /**< and of the tables that taught it */
  struct {
    bool there;
    cst_stage_metrics finetune, student;
  } stages;
} cst_fold_metrics;
extern const cst_json_shape cst_fold_metrics_shape;

/** Clips of a confidence in [low, high). */
typedef struct {
  double low, high;
  int64_t clips;
  double confidence, accuracy; /**< means */
} cst_reliability;

typedef struct {
  bool there;
  int64_t clips; /**< distinct */
  int64_t answers, correct;
} cst_tally;

/** Held-out clips of a class in a city. */
typedef struct {
  const char *city, *class;
  cst_tally unseen, seen;
  int64_t not_testable; /**< whose class the fold never trained on */
} cst_cell;

/** Answers of several voices. */
typedef struct {
  bool there;
  cst_headline headline;
  const char *tier; /**< of a vote */
  int64_t runs;     /**< of an ensemble, this one among them */
} cst_pooled;

typedef struct {
  CST_LIST_OF(cst_fold_metrics) folds;
  const char *protocol;
  bool transductive;
  int64_t crops;
  const char *adapt;
  /* What other runs must share for their figures to compare. */
  int64_t seed;
  const char *strategy, *tier;
  const char *setting, *reference; /**< of an ablation */
  cst_teachers_note teachers;
  const cst_json *parameters; /**< of the strategy, in effect */
  struct {
    bool there;
    const char *data, *features; /**< of development and evaluation, without paths */
  } digests;
  cst_effort effort;
  struct {
    bool there;
    cst_effort effort;
  } pretrain;
  const cst_json *classes; /**< names */
  cst_figures figures;     /**< pooled over folds */
  CST_LIST_OF(cst_reliability) calibration;
  CST_LIST_OF(cst_cell) cells;
  cst_temperature_note temperature; /**< of the mean of the folds */
  cst_raw_figures raw;
  cst_pooled vote, ensemble;
} cst_metrics;
extern const cst_json_shape cst_metrics_shape;

/** Read @p path.  Texts and trees are borrowed from *document, new; lists: cst_rows_reset(), also where it
 *  fails. */
cst_status cst_metrics_read(const char *path, cst_json **document, cst_metrics *out);
/** Whether @p document has what every metrics.json has. */
bool cst_metrics_is_one(const cst_json *document);
/** The fold of that name; NULL: there is none. */
const cst_fold_metrics *cst_metrics_fold(const cst_metrics *self, const char *name);
/** Name @p k of cst_metrics.classes. */
const char *cst_metrics_class(const cst_metrics *self, size_t k);

#endif
