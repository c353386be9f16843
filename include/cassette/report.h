/**
 * @file report.h
 * report.html, report.md and report.json of one or more runs, from the files in their run
 * directories.
 */
#ifndef CST_REPORT_H
#define CST_REPORT_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>

/** Per-class accuracy of the published baseline on the challenge's evaluation set. */
typedef struct {
  const char *scene;
  double accuracy; /**< in [0, 1]; NaN where the source gives none */
} cst_published;
extern const cst_published cst_paper_table2[10];
extern const double cst_paper_macro; /**< 0.59 */

/** Write RUN/report/report.html, report.md and report.json from config.yaml, manifest.csv,
 *  split.txt, metrics.json, record.json and metrics.jsonl.  Figures are drawn by gnuplot, a
 * process; without it the page says so and has its tables alone.  @p latex: also RUN/report/latex, its
 * tables for booktabs, a file each, its figures as PDF, and report.tex that has all of them.  Local: rank 0 calls. CST_ERR_DATA
 * names what is missing and the command that makes it. */
cst_status cst_report_run(const char *run_dir, bool latex);
/** Comparison of several runs into @p out_dir (report.html, report.md, report.json): runs that
 * differ in seed and held-out fold alone are one row, and rows are compared on the same seeds and
 * sessions (paired.h): with the row of the same strategy under setting @p reference of an ablation,
 * or, of that setting or where there are none, with strategy @p reference.  NULL: with what the
 * ablation names, and `supervised`.  report.json has, beside `runs`, `baseline`, `comparisons` and
 * `groups`: name, setting, strategy, tier, compared_with, seeds, folds, macro_accuracy, sd, ci95, difference,
 * difference_error, difference_ci95, p, seeds_compared, pseudo_label_accuracy, core_hours, clips,
 * sessions.  CST_ERR_DATA where data, features or splits
 * of two runs differ, naming both; CST_ERR_USAGE where no run is of @p reference. */
cst_status cst_report_compare(size_t n, const char *const *run_dirs, const char *reference,
                              const char *out_dir, bool latex);

/** Run directories. */
typedef struct {
  char **dir; /**< [n] */
  size_t n;
} cst_run_list;
/** Add @p path, or the cells of the ablation (ablation.h) at @p path that were evaluated, in byte
 *  order.  CST_ERR_DATA if there are none, or if @p path is no directory. */
cst_status cst_run_list_add(cst_run_list *self, const char *path);
void cst_run_list_reset(cst_run_list *self);

/** Print DIR/report.html into DIR/report.pdf by a browser that is installed (a process).
 *  CST_ERR_USAGE where there is none, CST_ERR_DATA where it fails. */
cst_status cst_report_pdf(const char *dir);
/** Whether that is possible, before the work is done: CST_ERR_USAGE with the cure. */
cst_status cst_report_pdf_check(void);

#endif
