/**
 * @file spelling.h
 * The likely meaning of a misspelt word.
 */
#ifndef CST_SPELLING_H
#define CST_SPELLING_H

#include <stddef.h>

/** Insertions, deletions, replacements and swaps of neighbours that make one word the other, letter
 *  case and '-' for '_' free; words of more than 64 bytes are SIZE_MAX apart. */
size_t cst_edit_distance(const char *a, const char *b);

/** Of @p n candidates, the one with the smallest edit distance to @p word if it is close enough to
 *  be a likely misspelling, else NULL (borrowed). */
const char *cst_nearest(const char *word, size_t n, const char *const *candidates);

#endif
