/* The page of several runs, from what report.json says of them. */
#ifndef COMPARISON_PAGE_H
#define COMPARISON_PAGE_H

#include "cassette/file.h"
#include "cassette/json.h"

/* A whole HTML document from a comparison as compare.c makes it. */
cst_status comparison_page(const cst_json *comparison, cst_text *out);

#endif
