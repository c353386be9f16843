/* Text into HTML.  Names come from data: none may end an element or an attribute. */
#ifndef HTML_H
#define HTML_H

#include "cassette/file.h"

/* @p text as content or attribute value: & < > " ' escaped, control characters as spaces. */
void html_escape(cst_text *out, const char *text);

/* A path as part of an address: what is no letter, digit or one of "/-._~" as %XX. */
void html_url(cst_text *out, const char *path);

#endif
