/*
 * The vector kernels, one table per instruction set, all from the same source (lanes.h).  Private
 * to the module.  A kernel's result depends on its operands alone, not on the table, on addresses or
 * on the thread.
 */
#ifndef CST_ISA_H
#define CST_ISA_H

#include "cassette/status.h"
#include "parts.h"

#include <stdbool.h>
#include <stddef.h>

enum { WINOGRAD_PRODUCTS = 36 }; /* of F(4x4, 3x3): (4 + 3 - 1) squared */
enum { MOST_PANEL = 32 };        /* columns in a panel, in any instruction set */

/* Operands of a product; strides in floats.  A: one stride is 1, so that a transposed matrix does
 * as well.  B and C: panels of some columns, each with its rows; dense rows of N are panels that
 * start `panel` columns apart. */
typedef struct {
  const float *at;
  size_t row, column;
} strided;

typedef struct {
  const float *at;
  size_t row, panel;
} panels;

typedef struct {
  float *at;
  size_t row, panel;
} rows_of_panels;

typedef struct {
  const char *name;
  size_t lanes; /* floats in a vector: channels are padded to a multiple of it */
  size_t panel; /* columns in a panel: a multiple of lanes, MOST_PANEL at most */

  /* c[M][N] (+)= a[M][K] b[K][N], N a multiple of panel. */
  void (*multiply)(size_t M, size_t N, size_t K, strided a, panels b, bool add, rows_of_panels c);

  /* Winograd, one tile; formulas at the definitions in lanes_winograd.h. z: columns transformed
   * downwards, [6][C padded]. slab: floats between the 36 products. */
  void (*data_column)(const float *const rows[6], size_t C, float *z);
  void (*data_spread)(const float *const columns[6], size_t C, float *v, size_t slab);
  void (*gradient_column)(const float *const rows[4], size_t K, float *z);
  void (*gradient_spread)(const float *const columns[4], size_t K, float *v, size_t slab,
                          size_t panel_stride);
  void (*result_tile)(const float *m, size_t slab, size_t K, float *z, float *y, size_t row,
                      size_t rows, size_t columns);
  void (*weight_gradient)(const float *sums, size_t C, size_t K, float *dw);

  /* Products in parts; definition in lanes_parts.h.  split: rows of pairs in blocks, `to_step` words
   * apart; pair i of block b in product e has the numbers first[e slab + b step + i], second[likewise].
   * Magnitudes below `least` become zero. */
  void (*split)(const float *first, const float *second, size_t slab, size_t step, size_t blocks,
                float least, uint32_t *to, size_t to_slab, size_t to_step);
  void (*turn)(uint32_t *block); /* the high or the low parts of one block, transposed */
  /* All 36 c[M][N] (+)= a[M][K] b[K][N], all sizes multiples of 32. */
  void (*multiply_parts)(size_t M, size_t N, size_t K, parts a, parts b, bool add, rows_of_panels c,
                         size_t c_slab);
} kernel_isa;

extern const kernel_isa cst_isa_plain;
#if defined(__x86_64__)
extern const kernel_isa cst_isa_avx2, cst_isa_avx512, cst_isa_amx;
#elif defined(__aarch64__)
extern const kernel_isa cst_isa_neon;
#endif

/* The widest this CPU has, or what the environment variable CST_ISA names.  CST_ERR_USAGE: unknown
 * name, or not on this CPU. */
cst_status cst_isa_choose(const kernel_isa **out);
/* The same for what cannot fail: the widest if CST_ISA names none.  All give the same bits. */
const kernel_isa *cst_isa_current(void);

/* n rounded up to a multiple of m. */
static inline size_t round_up(size_t n, size_t m) { return (n + m - 1) / m * m; }

#endif
