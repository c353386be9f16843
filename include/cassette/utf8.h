/**
 * @file utf8.h
 * UTF-8 text (RFC 3629), and the forms in which names are compared (through utf8proc).
 *
 * Two texts that look the same may differ in bytes: "é" is one code point or two, a blank may be a
 * no-break space, a zero-width space shows as nothing.  Names are kept in one form, so that what
 * looks the same is the same.
 */
#ifndef CST_UTF8_H
#define CST_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the well-formed sequence at @p s (of n >= 1 bytes), 0 if there is none: no overlong
 *  forms, no surrogates, nothing above U+10FFFF. */
size_t cst_utf8_sequence(const unsigned char *s, size_t n);
/** Whole text is UTF-8 and free of control characters (tab, newline, NUL ...). */
bool cst_utf8_plain(const char *text);
/** Code points, which is the columns a terminal uses for all but wide (East Asian) characters. */
size_t cst_utf8_width(const char *text);

/* The following are new text (cst_free), NULL without memory.  What is no UTF-8 is copied. */

/** Normal form C: the same characters, composed. */
char *cst_utf8_composed(const char *text);
/** The form of a name: composed, blanks of any kind one ' ' and none at the ends, without invisible
 *  characters (zero-width space, byte-order mark, soft hyphen, direction marks).  Joiners between
 *  letters stay: words of some scripts need them. */
char *cst_utf8_name(const char *text);
/** What names that people take for one have in common: neither letter case nor accents, no blank,
 *  '_' or '-', compatible characters (full-width letters, ligatures) replaced. */
char *cst_utf8_folded(const char *text);

#endif
