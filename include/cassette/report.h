/**
 * @file report.h
 * report.md and report.json of one or more runs, from the files in their run directories.
 */
#ifndef CST_REPORT_H
#define CST_REPORT_H

#include "cassette/status.h"

#include <stddef.h>

/** Per-class accuracy of the published baseline on the challenge's evaluation set. */
typedef struct {
  const char *scene;
  double accuracy; /**< in [0, 1]; NaN where the source gives none */
} cst_published;
extern const cst_published cst_paper_table2[10];
extern const double cst_paper_macro; /**< 0.59 */

/** Write RUN/report/report.md and report.json from config.yaml, metrics.json, record.json,
 *  metrics.jsonl and pseudo_labels.  Local: rank 0 calls.  CST_ERR_DATA names what is missing and
 * the command that makes it. */
cst_status cst_report_run(const char *run_dir);
/** Comparison of several runs into @p out_dir (report.md, report.json). */
cst_status cst_report_compare(size_t n, const char *const *run_dirs, const char *out_dir);

#endif
