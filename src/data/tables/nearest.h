/* The likeliest meaning of a misspelt name. */
#ifndef CST_DATA_NEAREST_H
#define CST_DATA_NEAREST_H

#include "cassette/dataset.h"

/* " (did you mean 'X'?)" or "", to go into a message; static storage of the caller. */
const char *cst_did_you_mean(const cst_names *names, const char *word, char text[128]);
/* "a, b, c and 7 more": at most @p most names. Text of the caller, cut at its end. */
const char *cst_names_list(const cst_names *names, size_t max, size_t bytes, char *text);

#endif
