/* The files of a report. */
#ifndef REPORT_WRITE_H
#define REPORT_WRITE_H

#include "pen.h"

/* From here on the page keeps its tables and figures for LaTeX, too, for DIR/latex, which is made.  @p of: what
 * they are of, borrowed. */
cst_status report_latex(const char *dir, const char *of, pen *page);
/* Write @p dir/report.md, report.html and report.json, each whole or not at all; makes @p dir.  What LaTeX is to
 * have before report.json, which ends a report. */
cst_status report_write(const char *dir, const pen *page, const cst_text *html,
                        const cst_json *json);

#endif
