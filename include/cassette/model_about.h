/**
 * @file model_about.h
 * What a trained model says of itself: `about` of a model's file (model_file.h).
 */
#ifndef CST_MODEL_ABOUT_H
#define CST_MODEL_ABOUT_H

#include "cassette/metrics_file.h"

/** Where it was not trained; none: not evaluated. */
typedef struct {
  bool there;
  double macro_accuracy, ci95[2];
  int64_t clips, sessions;
} cst_model_scores;

/** A network, of one fold. */
typedef struct {
  const char *fold;
  const cst_json *held_out; /**< names of its cities */
  const char *stage;
  const char *checkpoint; /**< digest */
  int64_t round, epoch;
  double validation_macro_accuracy;
  cst_model_scores scores;
  const char *labels, *tested; /**< digests of fold_knowledge.h */
} cst_model_network;
extern const cst_json_shape cst_model_network_shape;

/** Texts are borrowed. */
typedef struct {
  int64_t format; /**< of the file; in memory none, as the next two are */
  const char *exported_by, *commit;
  const char *name, *strategy;
  int64_t seed;
  const char *adapt;
  const char *trained_on, *configuration; /**< digests */
  /* With labels and tested of the networks: whether they may answer beside another run, or teach it. */
  const char *scored_data; /**< cst_dataset_scored_digest() */
  const char *tier;
  bool transductive; /**< trained on unlabelled clips of what is tested */
  struct {
    bool there;
    const char *version, *commit, *kernels, *numerics;
  } trained_by;
  CST_LIST_OF(cst_model_network) networks;
  cst_model_scores held_out; /**< of several networks together */
  cst_temperature_note temperature;
  const cst_json *classes; /**< of the file: names, in index order ... */
  const char *features;    /**< ... the line of cst_logmel_fingerprint() ... */
  const char *digest;      /**< ... and cst_classifier.digest */
} cst_model_about;
extern const cst_json_shape cst_model_about_shape;

#endif
