/* Text that may stand in a table: strict UTF-8 (RFC 3629) without control characters. */
#ifndef CST_DATA_UTF8_H
#define CST_DATA_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed sequence at s (of n >= 1 bytes), 0 if there is none: no overlong forms,
 * no surrogates, nothing above U+10FFFF. */
size_t cst_utf8_sequence(const unsigned char *s, size_t n);
/* Whole text is UTF-8 and free of control characters (tab, newline, NUL ...). */
bool cst_utf8_plain(const char *text);
/* Code points, which is the columns a terminal uses for all but wide (East Asian) characters. */
size_t cst_utf8_width(const char *text);

#endif
