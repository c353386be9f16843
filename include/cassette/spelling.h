/**
 * @file spelling.h
 * The likely meaning of a misspelt word.
 */
#ifndef CST_SPELLING_H
#define CST_SPELLING_H

#include <stddef.h>

/** Of @p n candidates, the one with the smallest edit distance to @p word if it is close enough to
 *  be a likely misspelling, else NULL (borrowed). */
const char *cst_nearest(const char *word, size_t n, const char *const *candidates);

#endif
