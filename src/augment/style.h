/* Freq-MixStyle of one clip, in place.  Contract in cassette/augment.h. */
#ifndef CST_AUGMENT_STYLE_H
#define CST_AUGMENT_STYLE_H

#include <stddef.h>

/** @p lambda is the share of the clip's own statistics; x [T][M]. */
void style_mix(double lambda, size_t T, size_t M, const double *partner_mean,
               const double *partner_std, float *x);

#endif
