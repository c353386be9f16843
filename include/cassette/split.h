/**
 * @file split.h
 * Folds: which clips train, select, and test.  Grouped by session, stratified by class.
 */
#ifndef CST_SPLIT_H
#define CST_SPLIT_H

#include "cassette/dataset.h"

#include <stdbool.h>

typedef enum {
  CST_ROLE_NONE,       /**< takes no part */
  CST_ROLE_TRAIN,      /**< labelled, trains */
  CST_ROLE_VALIDATION, /**< labelled, held-out sessions of heard cities: selects the model */
  CST_ROLE_UNLABELLED, /**< trains without its label */
  CST_ROLE_TEST        /**< held out: scored (if labelled or truth is known) and predicted */
} cst_role;

typedef struct {
  char *name;     /**< held-out city, group, or "official" */
  uint8_t *role;  /**< cst_role per clip of the data set, [n] */
  bool *held_out; /**< per city: not heard in training, [cities] */
  bool *testable; /**< per class: in the held-out cities (labelled) and in training, [scenes] */
} cst_fold;

typedef struct {
  cst_fold *fold;
  size_t n;
} cst_folds;

typedef struct {
  enum { CST_SPLIT_LEAVE_ONE_CITY_OUT, CST_SPLIT_GROUPS, CST_SPLIT_OFFICIAL } protocol;
  const char *const *group_name;           /**< groups: names ... */
  const char *const *const *group_city;    /**< ... and their cities */
  const size_t *group_cities;
  size_t n_groups;
  const char *const *held_out;             /**< folds to make, by name; n = 0: all */
  size_t n_held_out;
  enum { CST_VALIDATE_SESSION, CST_VALIDATE_CLIP, CST_VALIDATE_NONE } validation;
  double validation_share;
  bool transductive;
  double hide_labels; /**< share of training labels demoted to unlabelled, whole sessions at a time,
                           stratified by class */
  uint64_t seed;
} cst_split_spec;

/** Make the folds.  CST_ERR_USAGE for an unknown city (nearest name given), CST_ERR_DATA where a
 *  fold has nothing to train on or to test. */
cst_status cst_folds_make(const cst_dataset *data, const cst_split_spec *spec, cst_folds *out);
void cst_folds_reset(cst_folds *self);
/** Split of the pre-training set: TAU's own folds where its files were read, else by session. */
cst_status cst_pretrain_split(const cst_dataset *data, const cst_split_spec *spec, cst_fold *out);
void cst_fold_reset(cst_fold *self);
/** Report for people: counts per role, classes not testable, and the share of validation clips
 *  whose session is also in training (leakage). */
cst_status cst_folds_report(const cst_dataset *data, const cst_folds *folds, cst_text *out);
/** Share of validation clips whose session also trains, in [0, 1]. */
double cst_fold_leakage(const cst_dataset *data, const cst_fold *fold);

/** Clips of a fold with a role, in data set order. *list is new (cst_free). */
cst_status cst_fold_list(const cst_dataset *data, const cst_fold *fold, cst_role role,
                         uint32_t **list, size_t *n);

#endif
