/* The files of a report. */
#ifndef REPORT_WRITE_H
#define REPORT_WRITE_H

#include "cassette/file.h"
#include "cassette/json.h"

/* Write @p dir/report.md, report.html and report.json, each whole or not at all; makes @p dir. */
cst_status report_write(const char *dir, const cst_text *markdown, const cst_text *html,
                        const cst_json *json);

#endif
