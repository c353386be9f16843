/* The HTML page around what a pen wrote. */
#ifndef PAGE_H
#define PAGE_H

#include "pen.h"

/* A whole document: @p kind says what is reported on, @p title is its name. */
void page_write(const pen *content, const char *kind, const char *title, cst_text *out);

#endif
