/**
 * @file model_file.h
 * A trained model as one file, to be used without the run, the data and the configuration.
 *
 * HDF5, whole or absent, the same bytes from the same run:
 *
 *   about          JSON: what cassette/classifier.h calls about, with "format", "classes",
 *                  "features" (the line of cst_logmel_fingerprint()) and "digest"
 *   card           a few lines for people
 *   definition     YAML: the settings that define features and networks
 *   configuration  YAML: all settings of the training, for the record
 *   network-N/     params/ and stats/ as in a checkpoint, without optimiser and second heads
 */
#ifndef CST_MODEL_FILE_H
#define CST_MODEL_FILE_H

#include "cassette/classifier.h"
#include "cassette/file.h"

/** Whether the file at @p path says that it is one. */
cst_status cst_model_file_is_one(const char *path, bool *is);
/** Write @p path.  Rank 0. */
cst_status cst_model_file_write(const cst_classifier *self, const char *path);
/** What `cassette info FILE` prints: the card, then "key: value" lines, ending in "digest: HEX" of
 *  what was read.  Local. */
cst_status cst_model_file_describe(const char *path, cst_text *out);

#endif
