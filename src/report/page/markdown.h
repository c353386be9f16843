/* Pieces of Markdown.  Names come from data: they must not break a table. */
#ifndef MARKDOWN_H
#define MARKDOWN_H

#include "cassette/file.h"
#include "cassette/json.h"

/* Text as it is, in a table or outside: nothing in it is a tag, emphasis or a link, line breaks and
 * control characters are spaces. */
void markdown_cell(cst_text *out, const char *text);
/* The same as code. */
void markdown_code(cst_text *out, const char *text);
/* "61.3 %"; a dash for NaN. */
void markdown_percent(cst_text *out, double share);
/* "57.0 to 65.2 %" from [low, high]; a dash where it is missing or null. */
void markdown_interval(cst_text *out, const double interval[2]);
/* "1,234"; a dash when negative. */
void markdown_count(cst_text *out, int64_t n);
/* "3 h 07 min", "4 min 05 s" or "2.1 s". */
void markdown_duration(cst_text *out, double seconds);

#endif
