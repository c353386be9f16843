/* What the transforms of a view share.  Private to augment. */
#ifndef CST_AUGMENT_TRANSFORMS_H
#define CST_AUGMENT_TRANSFORMS_H

#include "draw.h"

#include "cassette/augment.h"

/* One transform of one view; all borrowed. */
typedef struct {
  const cst_transform *how;
  const cst_view_context *context;
  draws draw;     /* its own numbers, from the first on */
  float *mask_db; /* of the view: what masks hide it by; NaN before the first */
} transform_call;

/* In place on x [T][M]. */
typedef void (*transform_fn)(transform_call *call, float *x);

void occlude(transform_call *call, float *x);
void stretch(transform_call *call, float *x);
void crop(transform_call *call, float *x);
void roll(transform_call *call, float *x);
void shift_bands(transform_call *call, float *x);
void add_background(transform_call *call, float *x);
void respond(transform_call *call, float *x);
void filter_linear(transform_call *call, float *x);
void filter_step(transform_call *call, float *x);
void add_noise(transform_call *call, float *x);
void change_level(transform_call *call, float *x);
void mix_style(transform_call *call, float *x);
void cut_out(transform_call *call, float *x);
void mask_time(transform_call *call, float *x);
void mask_frequency(transform_call *call, float *x);

/* Whole frames or bands in a share of n >= 0, towards zero; .29 of 100 is 29 although .29 is a
 * little less. */
long share_of(double share, size_t n);

typedef struct {
  size_t first, width;
} band;

/* The width uniform between the call's two shares of n, then the place among those that hold it. */
band draw_band(transform_call *call, size_t n);

/* Nothing lies more than top_db below the largest value. */
void floor_again(const cst_view_context *context, float *x);

#endif
