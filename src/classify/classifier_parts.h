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
/* What @p metrics, metrics.json of the run, tells of the temperature of @p scored, the member of it that
 * is of the model (NULL: none is): new, with `value` (or null) and `why`.  Local. */
cst_json *classifier_temperature(const cst_config *config, const cst_json *metrics,
                                 const cst_json *scored);
/* Take temperature and unknown_below from self->about of rank 0, found in @p path.  Collective. */
cst_status classifier_calibrate(cst_classifier *self, const char *path);
/* Of what is in memory.  Local. */
cst_status classifier_digest(const cst_classifier *self, char hex[CST_DIGEST_HEX]);

/* Lines for people. */
void model_card(const cst_classifier *self, cst_text *out);

#endif
