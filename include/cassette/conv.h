/**
 * @file conv.h
 * 3x3 convolution, stride 1, zero "same" padding, no bias, one clip at a time.
 *
 *   x [H][W][C]   y [H][W][K]   channels innermost   w [K][C][3][3] as PyTorch stores it
 *   forward           y(i,j,k)  = sum_c,p,q  x(i+p-1, j+q-1, c) w(k,c,p,q)
 *   backward data     dx(i,j,c) = sum_k,p,q  dy(i-p+1, j-q+1, k) w(k,c,p,q)
 *   backward weights  dw(k,c,p,q) = sum_i,j  dy(i,j,k) x(i+p-1, j+q-1, c)
 *
 * A plan holds shape and algorithm and no buffers.  Weights are brought into the algorithm's own
 * form once per step (prepare) and shared by all threads; each thread has its own work space.
 * A result depends on the clip's data alone, never on thread or rank.
 */
#ifndef CST_CONV_H
#define CST_CONV_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
  CST_CONV_BY_DEFAULT,  /**< the fastest that fits the shape */
  CST_CONV_BY_LOOPS,    /**< the definition, sums in double: the reference twin */
  CST_CONV_BY_IM2COL,   /**< gathered columns and one matrix product */
  CST_CONV_BY_WINOGRAD, /**< F(4x4, 3x3) */
  CST_CONV_BY_DIRECT    /**< C == 1 only: products with the nine taps */
} cst_conv_method;
/** Names of those that a user may choose, NULL-terminated: auto, plain, im2col, winograd. */
extern const char *const cst_conv_method_names[];

/** Instruction sets that there are kernels for on some CPU, narrowest first. */
#define CST_ISA_NAMES(EACH) EACH("plain") EACH("neon") EACH("avx2") EACH("avx512") EACH("amx")

/** Arithmetic of the products. */
typedef enum {
  CST_PRODUCTS_FP32,  /**< floats */
  CST_PRODUCTS_BF16X3 /**< where Winograd's channels are multiples of 32: sums in floats of three
                           products of bfloat16 numbers each, a high_b high + a high b low + a low b high,
                           as the tiles of AMX compute them.  The same bits without AMX, in several times
                           the time of floats; relative error some 1e-5 */
} cst_products;
extern const char *const cst_products_names[]; /**< "fp32", "bf16x3", NULL */

typedef struct cst_conv cst_conv;

/** All sizes at least 1; any are served.  CST_ERR_USAGE names what is wrong with the arguments or
 *  with the environment variable CST_ISA. */
cst_status cst_conv_create(size_t H, size_t W, size_t C, size_t K, cst_conv_method method,
                           cst_conv **out);
/** Other products than floats, before anything else is asked of the plan. */
void cst_conv_set_products(cst_conv *self, cst_products products);
void cst_conv_destroy(cst_conv **self); /**< *self may be NULL, and becomes NULL */
/** "loops", "im2col", "winograd" or "direct": what CST_CONV_BY_DEFAULT came to. */
const char *cst_conv_method_name(const cst_conv *self);
/** Floats for prepared weights, and for one thread's work space. */
size_t cst_conv_prepared_floats(const cst_conv *self);
size_t cst_conv_work_floats(const cst_conv *self);
/** Bring @p w [K][C][3][3] into @p prepared; serves forward and backward data. */
void cst_conv_prepare(const cst_conv *self, const float *w, float *prepared);
/* Outputs are overwritten.  prepared and work are 64-byte aligned. */
void cst_conv_forward(const cst_conv *self, const float *prepared, const float *x, float *y,
                      float *work);
void cst_conv_backward_data(const cst_conv *self, const float *prepared, const float *dy, float *dx,
                            float *work);
void cst_conv_backward_weights(const cst_conv *self, const float *x, const float *dy, float *dw,
                               float *work);

/** Rows of an image for a pass to read: an image that is there, or rows that are made while the
 *  caches hold them, each once by a pass and in ascending order.  What a neighbouring layer does to
 *  a value belongs into make(). */
typedef struct {
  const float *image;                                       /**< [H][W][channels]; NULL: make */
  void (*make)(const void *context, size_t row, float *to); /**< to [W][channels] */
  const void *context;
} cst_conv_source;

/** An image for a pass to write; seen() is told of every row once it is there, in ascending order
 *  and while the caches hold it. */
typedef struct {
  float *image; /**< [H][W][channels], overwritten */
  void (*seen)(void *context, size_t row, const float *values); /**< may be NULL */
  void *context;
} cst_conv_target;

/** Rows of an image, @c first up to, but without, @c end. */
typedef struct {
  size_t first, end;
} cst_conv_strip;

/** An image in strips, for threads that share it: how many there can be, @p most at most (methods
 *  that know only whole images have one), and strip @p i of @p strips, none of which is empty. */
size_t cst_conv_strips(const cst_conv *self, size_t max);
cst_conv_strip cst_conv_strip_of(const cst_conv *self, size_t i, size_t strips);

/** Floats of work space for the two functions below: some methods need made images whole. */
size_t cst_conv_rows_work_floats(const cst_conv *self);
/* One strip of the passes above: its rows of y; its rows of dx, and what its rows of dy give to dw.
 * y and dx have the bits of the whole passes, dw has if the strip is the whole image.  Rows of x
 * and dy next to the strip are read, too. */
void cst_conv_forward_rows(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                           const cst_conv_source *x, const cst_conv_target *y, float *work);
void cst_conv_backward_rows(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                            const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                            const cst_conv_target *dx, float *work);

/** Instruction set of the kernels that plans made now would use: one of cst_conv_isa_name(), all
 *  with the same bits.  The environment variable CST_ISA overrides the choice; "none" if it names
 *  what this CPU lacks (cst_conv_create() then fails with CST_ERR_USAGE). */
const char *cst_conv_isa(void);
/** CST_ERR_USAGE where CST_ISA names kernels that this CPU has not, or none at all. */
cst_status cst_conv_isa_check(void);
/** All there are on any CPU, narrowest first: "plain", "neon", "avx2", "avx512", "amx"; then NULL. */
const char *cst_conv_isa_name(size_t i);
/** Whether kernels of that name have instructions of their own for such products. */
bool cst_conv_products_fit(cst_products products, const char *isa);
/** 0 of the narrowest kernels, more of wider ones. */
size_t cst_conv_isa_width(const char *name);

#endif
