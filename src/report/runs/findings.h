/* What several sections and figures ask of a run's figures. */
#ifndef FINDINGS_H
#define FINDINGS_H

#include "run_files.h"

#include "cassette/report.h"

/* Names of the scored classes, in order: borrowed from the run, [n]; the array is new (cst_free()).
 * *n is 0 where there are none. */
cst_status run_classes(const run_files *run, const char ***names, size_t *n);
/* Clips whose true class is @p k; -1: unknown. */
int64_t run_class_clips(const run_files *run, size_t k);
/* Published accuracy of the baseline for this class: NaN where the source gives none. */
double run_published(const char *scene);
/* Whether published figures mean anything beside this run's: the challenge's own recordings and
 * classes. */
bool run_is_comparable(const run_files *run);
/* Core-seconds of all starts so far: ranks x threads x mean time of each phase.  NaN: unknown. */
double run_core_seconds(const run_files *run);

/* Share of the training labels that dataset.hide_labels leaves. */
double run_labels(const run_files *self);

#endif
