/* What a run learned from teachers from outside.  Private to report. */
#ifndef TEACHERS_H
#define TEACHERS_H

#include "pen.h"
#include "run_files.h"

/* Whether held-out cities may be known to a teacher: cities are held out, and two folds, or all, have the
 * same tables. */
bool teachers_may_leak(const run_files *run);
/* A paragraph; nothing of a run without such teachers. */
void teachers_write(pen *page, const run_files *run);
/* CST_ERR_DATA where the same names stand for different tables of a fold. */
cst_status teachers_check(const run_files *a, const run_files *b);

#endif
