/**
 * @file split.h
 * Folds: which clips train, select, and test.  Grouped by session, stratified by class.
 *
 * Who gets which role, in this order:
 *   1. Clips without usable audio and pre-training clips take no part.
 *   2. official: evaluation clips are TEST, transductive: TRANSDUCED; development clips take part.
 *      Nobody looks at a label of theirs before they are scored.  Else: development clips
 *      of the held-out cities are TEST, evaluation clips and clips without a city take no part.
 *      transductive: unlabelled clips of the held-out cities are UNLABELLED instead of TEST.
 *   3. Other labelled clips are TRAIN, other unlabelled ones UNLABELLED.
 *   4. Validation takes whole sessions, so that about validation_share of each class's labelled
 *      clips are VALIDATION, at least one session of a class that has two, and never the last
 *      one.  Unlabelled clips of a validation session take no part: they are the same place and
 *      hour, and pseudo-labels on them would make the selection optimistic.  TRANSDUCED ones are
 *      TEST alone.
 *      validation: clip does the same with single clips (a leak, for comparison with published
 *      numbers); unlabelled clips stay.
 *   5. hide_labels demotes whole sessions of TRAIN to UNLABELLED, never the last one of a class;
 *      hide_by: clip does the same with single clips, as published comparisons do.
 *
 * Sessions are drawn by a random number that belongs to their name (Philox), so a split depends on
 * the seed and the clips, neither on their order nor on the number of ranks.
 */
#ifndef CST_SPLIT_H
#define CST_SPLIT_H

#include "cassette/dataset.h"

#include <stdbool.h>

typedef enum {
  CST_ROLE_NONE,       /**< takes no part */
  CST_ROLE_TRAIN,      /**< labelled, trains */
  CST_ROLE_VALIDATION, /**< labelled, held-out sessions of seen cities: selects the model */
  CST_ROLE_UNLABELLED, /**< trains without its label */
  CST_ROLE_TEST,       /**< held out: scored (if labelled or truth is known) and predicted */
  CST_ROLE_TRANSDUCED  /**< TEST and UNLABELLED at once */
} cst_role;
/** Whether a clip of role @p role (cst_fold's) is one of @p as: TRANSDUCED is two. */
bool cst_role_is(uint8_t role, cst_role as);

typedef enum { CST_SPLIT_LEAVE_ONE_CITY_OUT, CST_SPLIT_GROUPS, CST_SPLIT_OFFICIAL } cst_protocol;
typedef enum { CST_VALIDATE_SESSION, CST_VALIDATE_CLIP, CST_VALIDATE_NONE } cst_validation;
typedef enum { CST_HIDE_BY_SESSION, CST_HIDE_BY_CLIP } cst_hide_by;
/** Their names in configurations, NULL-terminated. */
extern const char *const cst_protocol_names[], *const cst_validation_names[],
                                                   *const cst_hide_by_names[];

typedef struct {
  char *name;     /**< held-out city, group, "official", or "pretrain" */
  uint8_t *role;  /**< cst_role per clip of the data set, [n] */
  bool *held_out; /**< per city: tested but not seen in training, [cities] */
  bool *testable; /**< per class: in the held-out cities (labelled) and in training, [scenes].
                       official: in training, as its test clips are not labelled */
} cst_fold;

/** A city that leave-one-city-out cannot hold out. */
typedef struct {
  char *name, *reason;
} cst_skipped_fold;

typedef struct {
  cst_fold *fold;
  size_t n;
  cst_skipped_fold *skipped;
  size_t n_skipped;
} cst_folds;

typedef struct {
  cst_protocol protocol;
  const char *const *group_name;        /**< groups: names ... */
  const char *const *const *group_city; /**< ... and their cities */
  const size_t *group_cities;
  size_t n_groups;
  const char *const *held_out; /**< folds to make, by name; n = 0: all, cities sorted by bytes */
  size_t n_held_out;
  cst_validation validation;
  double validation_share; /**< [0, 1) */
  bool transductive;       /**< unlabelled clips of what is held out train */
  double hide_labels;      /**< share of training labels demoted to unlabelled, stratified by class,
                                [0, 1) */
  cst_hide_by hide_by;
  uint64_t seed;
} cst_split_spec;

/** Make the folds.  CST_ERR_USAGE for an unknown city (nearest name given), CST_ERR_DATA where a
 *  fold has nothing to train on or to test; leave-one-city-out over all cities leaves such cities
 *  out and lists them in out->skipped, unless none remains. */
cst_status cst_folds_make(const cst_dataset *data, const cst_split_spec *spec, cst_folds *out);
void cst_folds_reset(cst_folds *self);
/** Split of each pre-training set by itself: TAU's own folds where its files were read (fold1_train
 *  trains, fold1_evaluate validates, other clips take no part), else by session.  Its testable[] is
 *  per pre-training class: in training.  CST_ERR_DATA where nothing of a set is left to train on. */
cst_status cst_pretrain_split(const cst_dataset *data, const cst_split_spec *spec, cst_fold *out);
void cst_fold_reset(cst_fold *self);
/** Report for people: counts per role, classes not testable or not validated, cities left out, and
 *  the share of validation clips whose session is also in training (leakage). */
cst_status cst_folds_report(const cst_dataset *data, const cst_folds *folds, cst_text *out);
/** Sessions that training saw: those of TRAIN, VALIDATION and UNLABELLED clips; of TRANSDUCED ones it
 *  saw all, which would tell nothing.  *seen [sessions] is new (cst_free). */
cst_status cst_fold_seen_sessions(const cst_dataset *data, const cst_fold *fold, bool **seen);
/** Clips that are near copies of what was trained on: figures of them say little of other
 *  recordings. */
typedef struct {
  size_t validation, validation_shared; /**< ... whose session also has labelled training clips */
  size_t test, test_shared;             /**< labelled or not; ... whose session training saw */
} cst_overlap;
cst_status cst_fold_overlap(const cst_dataset *data, const cst_fold *fold, cst_overlap *out);
/** Share of validation clips whose session also has labelled training clips, in [0, 1]. */
double cst_overlap_leakage(const cst_overlap *self);

/** Clips of a fold with a role, in data set order. *list is new (cst_free). */
cst_status cst_fold_list(const cst_dataset *data, const cst_fold *fold, cst_role role,
                         uint32_t **list, size_t *n);

#endif
