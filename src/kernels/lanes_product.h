/*
 * Products of small matrices (part of lanes.h): up to ROWS x 2 vectors of the result stay in
 * registers while k runs.  For each k two vectors of B are loaded and each meets one broadcast
 * element of A per row, so the multiply-adds are the bottleneck, not the loads.
 *
 * A panel of B (two vectors wide) is used by all row groups before the next panel, and stays in the
 * first-level cache; A comes from the second level at a few bytes a cycle.
 */
enum { PANEL = 2 * LANES };

/* rows is a constant where this is inlined; element (m, k) of A is a[m * am + k * ak]. */
INLINE void block(size_t rows, size_t K, const float *a, size_t am, size_t ak, const float *b,
                  size_t b_row, bool add, float *c, size_t c_row)
{
  vec sum[ROWS][2];

  UNROLL for (size_t m = 0; m < rows; m++) sum[m][0] = sum[m][1] = (vec){0};
  for (size_t k = 0; k < K; k++) {
    const vec b0 = load(b), b1 = load(b + LANES);
    UNROLL for (size_t m = 0; m < rows; m++)
    {
      const vec v = splat(a[m * am]);
      sum[m][0] = MULTIPLY_ADD(v, b0, sum[m][0]);
      sum[m][1] = MULTIPLY_ADD(v, b1, sum[m][1]);
    }
    a += ak;
    b += b_row;
  }
  /* Adding at the end keeps rounding errors to those of short sums. */
  UNROLL for (size_t m = 0; m < rows; m++)
  {
    float *to = c + m * c_row;
    store(to, add ? load(to) + sum[m][0] : sum[m][0]);
    store(to + LANES, add ? load(to + LANES) + sum[m][1] : sum[m][1]);
  }
}

/* One row count after another as constants, for the compiler to keep `sum` in registers. */
#define BLOCK(n)                                                                                   \
  case n:                                                                                          \
    block(n, K, a, am, ak, b, b_row, add, c, c_row);                                               \
    break
#define BLOCKS_TO_6                                                                                \
  BLOCK(1);                                                                                        \
  BLOCK(2);                                                                                        \
  BLOCK(3);                                                                                        \
  BLOCK(4);                                                                                        \
  BLOCK(5);                                                                                        \
  BLOCK(6)
#if ROWS == 6
#  define BLOCKS BLOCKS_TO_6
#elif ROWS == 12
#  define BLOCKS                                                                                   \
    BLOCKS_TO_6;                                                                                   \
    BLOCK(7);                                                                                      \
    BLOCK(8);                                                                                      \
    BLOCK(9);                                                                                      \
    BLOCK(10);                                                                                     \
    BLOCK(11);                                                                                     \
    BLOCK(12)
#endif

INLINE void block_of(size_t rows, size_t K, const float *a, size_t am, size_t ak, const float *b,
                     size_t b_row, bool add, float *c, size_t c_row)
{
  switch (rows) {
    BLOCKS;
  default:
    break;
  }
}

/* Rows of group g when M rows are dealt to n groups as evenly as can be: no group so small that its
 * few chains of multiply-adds wait for one another. */
INLINE size_t group_rows(size_t M, size_t n, size_t g) { return M / n + (g < M % n); }

/* Touch group g's share of the panel that comes after the one at b; nothing is read from it. */
INLINE void prefetch_share(const float *b, size_t b_row, size_t K, size_t groups, size_t g)
{
  for (size_t k = K * g / groups; k < K * (g + 1) / groups; k++) touch(b, k * b_row);
}

/* am, ak: one of them is the constant 1 where this is inlined. */
INLINE void multiply_by(size_t M, size_t N, size_t K, const float *a, size_t am, size_t ak,
                        panels b, bool add, rows_of_panels c)
{
  const size_t groups = (M + ROWS - 1) / ROWS;

  for (size_t n = 0; n < N; n += PANEL, b.at += b.panel, c.at += c.panel) {
    size_t m = 0;
    for (size_t g = 0; g < groups; g++) {
      const size_t rows = group_rows(M, groups, g);
      float *to = c.at + m * c.row;
      prefetch_share(b.at + b.panel, b.row, K, groups, g);
      for (size_t i = 0; i < rows; i++) touch_to_write(to, i * c.row);
      block_of(rows, K, a + m * am, am, ak, b.at, b.row, add, to, c.row);
      m += rows;
    }
  }
}

static void multiply(size_t M, size_t N, size_t K, strided a, panels b, bool add, rows_of_panels c)
{
  if (a.column == 1)
    multiply_by(M, N, K, a.at, a.row, 1, b, add, c);
  else
    multiply_by(M, N, K, a.at, 1, a.column, b, add, c);
}
