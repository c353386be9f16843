/* The HTML page around what a pen wrote. */
#ifndef PAGE_H
#define PAGE_H

#include "pen.h"

/* A whole document: @p kind says what is reported on, @p title is its name. */
void page_write(const pen *content, const char *kind, const char *title, cst_text *out);

/* Its style sheet, page.css: first of all what the colours of figures are on a light page. */
const char *page_style(void);

#endif
