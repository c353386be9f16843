/* The figures of one run.  One that has nothing to show adds nothing. */
#ifndef FIGURES_H
#define FIGURES_H

#include "pen.h"
#include "run_files.h"

cst_status figure_classes(pen *page, const run_files *run);
cst_status figure_confusion(pen *page, const run_files *run);
/* City x class grid of the clips of cities that were never seen, or of seen ones. */
cst_status figure_cells(pen *page, const run_files *run, bool seen);
cst_status figure_folds(pen *page, const run_files *run);
void figure_reliability(pen *page, const run_files *run);
cst_status figure_pseudo_labels(pen *page, const run_files *run);
/* Loss and accuracy by epoch, and what the strategy reports of itself. */
cst_status figure_training(pen *page, const run_files *run);
cst_status figure_strategy(pen *page, const run_files *run);

#endif
