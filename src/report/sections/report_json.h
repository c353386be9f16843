/* report.json: what report.md says, for programs.
 *
 *   format       1
 *   run          name of the run directory
 *   directory    its path
 *   metrics      metrics.json as it is
 *   record       record.json as it is; null if there is none
 *   training[]   {fold, stage, round, epochs, best_epoch (from 1), best_validation_macro_accuracy,
 *                 first_train_loss, last_train_loss, last_learning_rate, clips_per_s, curve[]: the
 *                 stage's "epoch" events of metrics.jsonl, in the report of the run alone}
 *   pseudo_labels[]  the events "pseudo-labels" of metrics.jsonl
 *   published    {source, macro_accuracy, class_accuracy{}}; null: not verified
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "run_files.h"

/* A new document, with or without curves; out of memory shows when it is written. */
cst_json *report_json(const run_files *run, bool curves);

#endif
