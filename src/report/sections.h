/* The report of one run, section by section.  A section that has nothing to say adds nothing. */
#ifndef SECTIONS_H
#define SECTIONS_H

#include "run_files.h"

#include "cassette/file.h"

/* One sentence with the headline figure, or that there is none. */
void section_headline(cst_text *out, const run_files *run);
/* What the headline means, and how to get it again. */
void section_meaning(cst_text *out, const run_files *run);
void section_repeat(cst_text *out, const run_files *run);
/* Results. */
void section_classes(cst_text *out, const run_files *run);
void section_groups(cst_text *out, const run_files *run); /* seen and unseen cities */
void section_cities(cst_text *out, const run_files *run);
void section_folds(cst_text *out, const run_files *run);
void section_not_testable(cst_text *out, const run_files *run);
void section_confusion(cst_text *out, const run_files *run);
/* How it came about. */
void section_pseudo_labels(cst_text *out, const run_files *run);
void section_training(cst_text *out, const run_files *run);
void section_data(cst_text *out, const run_files *run);
void section_cost(cst_text *out, const run_files *run);

#endif
