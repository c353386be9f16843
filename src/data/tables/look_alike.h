/* Names that were probably meant to be one: warnings, since a class or a city that is split in two
 * trains and tests on something else than was meant. */
#ifndef CST_DATA_LOOK_ALIKE_H
#define CST_DATA_LOOK_ALIKE_H

#include "cassette/dataset.h"

#include <stdbool.h>

/* Whether tables and programs write this for "no value": nan, None, null, N/A, -, -1 ... */
bool cst_means_nothing(const char *text);
/* Warns, in a line each for root's `what` (cities, classes ...), of names that differ only in
 * letter case, accents, separators or zeros before numbers, and, `slips`, of those that differ by
 * one letter. */
cst_status cst_warn_look_alikes(const char *root, const char *what, const cst_names *names,
                                bool slips);

#endif
