/**
 * @file model_manifest.h
 * What the manifest of a checkpoint or of a finished model (checkpoint.h) says of its training.  A file from
 * elsewhere (scripts/convert-checkpoint) says next to nothing: what it does not say is not asked.
 */
#ifndef CST_MODEL_MANIFEST_H
#define CST_MODEL_MANIFEST_H

#include "cassette/json_rows.h"

/** How much training a model had (effort.h); none: not known. */
typedef struct {
  int64_t updates; /**< optimiser steps */
  int64_t
      clips_seen; /**< clips drawn for them, labelled and unlabelled, as often as they were drawn */
  int64_t rows_seen; /**< views of clips that went through forward and backward */
} cst_effort;
extern const cst_json_shape cst_effort_shape;
extern const cst_effort cst_effort_unknown;

/** Texts are borrowed. */
typedef struct {
  const char *digest;     /**< of the numbers; set by cst_checkpoint_save() */
  const char *stage;      /**< cst_stage_name(); NULL: trained elsewhere */
  const cst_json *models; /**< at the end of training: names of the models that it left */
  const char *fold, *strategy;
  int64_t round, epoch, step; /**< round from 1 */
  const char *kernels, *numerics;
  const char *trained_on;    /**< digest of the data */
  const char *data;          /**< in its place in files of before there was one */
  const char *teachers;      /**< digest of the tables that teach, of all folds ... */
  const char *teacher;       /**< ... and of this one's */
  const char *responses;     /**< digest of the recorders of views */
  int64_t clips;             /**< of the data set */
  const char *configuration; /**< digest */
  /* Of finished models alone. */
  double validation_macro_accuracy;
  cst_effort effort;  /**< behind a pre-trained one */
  const char *source; /**< the file that it was copied from */
} cst_model_manifest;
extern const cst_json_shape cst_model_manifest_shape;

/** Of the checkpoint (or model) at @p path.  Texts are borrowed from *document, new.  CST_ERR_DATA where
 *  it is not there or damaged. */
cst_status cst_model_manifest_read(const char *path, cst_json **document, cst_model_manifest *out);

#endif
