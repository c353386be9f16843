/**
 * @file finite.h
 * Where numbers stop being numbers.
 */
#ifndef CST_FINITE_H
#define CST_FINITE_H

#include <stddef.h>

/** Index of the first NaN or infinity in x [n]; n if there is none. */
size_t cst_first_not_finite(size_t n, const float *x);

#endif
