/**
 * @file classifier.h
 * What answers for any recording: trained networks, the classes that they know, and the features
 * that they hear; from a run directory, or from the one file that `cassette export` makes of it.
 *
 * Several networks (one a fold) answer by the mean of their probabilities, as in predict.h.  The
 * temperature is that of what they say together.
 */
#ifndef CST_CLASSIFIER_H
#define CST_CLASSIFIER_H

#include "cassette/config.h"
#include "cassette/dataset.h"
#include "cassette/digest.h"
#include "cassette/json.h"
#include "cassette/logmel.h"
#include "cassette/model_about.h"
#include "cassette/network.h"

typedef struct {
  cst_comm *comm;         /**< borrowed */
  int threads;            /**< of each rank */
  cst_config *config;     /**< what defines features and networks; all else may be at defaults */
  cst_text definition;    /**< those settings as YAML; the file holds this text */
  cst_text configuration; /**< of the training, whole, for the record */
  cst_logmel_spec spec;
  cst_names classes;
  cst_network *network; /**< [networks] */
  size_t networks;
  double temperature;          /**< of their answers (temperature.h); 0: not calibrated */
  double unknown_below;        /**< confidence that few clips of known classes do not reach */
  cst_model_about facts;       /**< what it says of itself, on rank 0; of a file on every rank */
  cst_json *about;             /**< the same, which facts borrow from */
  char digest[CST_DIGEST_HEX]; /**< of definition, classes, weights and temperature: equal ones
                                    answer alike */
} cst_classifier;

/** From a run directory (its final models; @p fold NULL: of all folds) or a file of
 *  cst_model_file_write() (@p fold NULL).  CST_ERR_DATA where it is damaged, unfinished or something
 *  else; CST_ERR_USAGE for an unknown fold.  Collective. */
cst_status cst_classifier_open(cst_comm *comm, const char *path, const char *fold, int threads,
                               cst_classifier **out);
void cst_classifier_close(cst_classifier **self);

#endif
