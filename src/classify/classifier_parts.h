/* How a classifier comes to be.  Private to classify. */
#ifndef CST_CLASSIFIER_PARTS_H
#define CST_CLASSIFIER_PARTS_H

#include "cassette/classifier.h"

cst_status classifier_create(cst_comm *comm, int threads, cst_classifier **out);
void classifier_destroy(cst_classifier **self); /* NULL allowed */

/* Of a run directory.  Collective. */
cst_status classifier_from_run(cst_classifier *self, const char *dir, const char *fold);
/* Of a model's file.  Collective. */
cst_status classifier_from_file(cst_classifier *self, const char *path);

/* The settings that decide what a trained network answers. */
bool classifier_defining(const char *section, const char *key);
/* Take config and spec from self->definition, found in @p path.  Local. */
cst_status classifier_define(cst_classifier *self, const char *path);
/* A job that has no directory, for what creates networks. */
cst_job classifier_job(const cst_classifier *self);
/* What @p metrics of the run tell of the temperature of a model, of which they have @p found (NULL:
 * nothing).  Local. */
cst_temperature_note classifier_temperature(const cst_config *config, const cst_metrics *metrics,
                                            const cst_temperature_note *found);
/* Take temperature and unknown_below from self->facts of rank 0, found in @p path.  Collective. */
cst_status classifier_calibrate(cst_classifier *self, const char *path);
/* Of what is in memory.  Local. */
cst_status classifier_digest(const cst_classifier *self, char hex[CST_DIGEST_HEX]);

/* Lines for people. */
void model_card(const cst_classifier *self, cst_text *out);

#endif
