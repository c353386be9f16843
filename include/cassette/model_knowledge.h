/**
 * @file model_knowledge.h
 * What an exported model says of what it has heard, "knows" in its `about` (model_file.h): it decides whether
 * the model may answer beside another run, or teach it.
 */
#ifndef CST_MODEL_KNOWLEDGE_H
#define CST_MODEL_KNOWLEDGE_H

#include "cassette/json_rows.h"

/** Of the network in the same place: digests of fold_knowledge.h. */
typedef struct {
  const char *name, *labels, *tested;
} cst_model_fold;

typedef struct {
  const char *scored_data; /**< cst_dataset_scored_digest() */
  const char *tier;
  bool transductive; /**< trained on unlabelled clips of what is tested */
  CST_LIST_OF(cst_model_fold) folds;
} cst_model_knowledge;
extern const cst_json_shape cst_model_knowledge_shape;

#endif
