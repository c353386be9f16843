/* The report of one run, section by section.  A section that has nothing to say adds nothing. */
#ifndef SECTIONS_H
#define SECTIONS_H

#include "pen.h"
#include "run_files.h"

/* The headline figure, or that there is none, and what it means. */
cst_status section_headline(pen *page, const run_files *run);
/* Results. */
cst_status section_classes(pen *page, const run_files *run);
cst_status section_confusion(pen *page, const run_files *run);
cst_status section_cities(pen *page, const run_files *run); /* seen, unseen, each, not testable */
cst_status section_folds(pen *page, const run_files *run);
cst_status section_calibration(pen *page, const run_files *run);
cst_status section_mistakes(pen *page, const run_files *run); /* the most confident ones */
/* How it came about. */
cst_status section_pseudo_labels(pen *page, const run_files *run);
cst_status section_training(pen *page, const run_files *run);
cst_status section_data(pen *page, const run_files *run);
cst_status section_entry(pen *page, const run_files *run); /* for the judges of a challenge */
cst_status section_cost(pen *page, const run_files *run);
cst_status section_repeat(pen *page, const run_files *run);
cst_status section_record(pen *page, const run_files *run);

#endif
