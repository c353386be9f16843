/*
 * Winograd F(4x4, 3x3): a block of tiles is transformed, multiplied 36 times and transformed back
 * before the next, so that it never leaves the caches.  Formulas in lanes_winograd.h.
 *
 *   block of n tiles of x   ->  v[36][n][C]                     (spread_data)
 *   m[36][n][K] = v u,          u[36] prepared weights in panels of K
 *   m  ->  4x4 pixels of y for each tile                         (collect)
 *
 * Backward data is the same with dy for x and rotated, transposed weights.  Backward weights keeps
 * 36 sums of C x K over all tiles of the clip, sums += v' (A dy A'), and transforms them once.
 *
 * Where a next layer's normalisation and rectifier are to be applied while reading, they belong
 * into data_column(), which sees each value of x once or (two rows of six) twice; sums over y
 * belong into the last loop of result_tile().
 */
#include "conv_plan.h"
#include "isa.h"
#include "winograd_points.h"

#include <string.h>

enum {
  TILE_BLOCK = 48, /* whole row groups of 6 and of 12; 24 to 96 tiles differ little */
  SLOTS = 8,       /* columns kept transformed downwards: 6 of this tile, 2 of the next */
  ONE_LINE = 16,   /* floats; keeps the 36 slabs off the same cache sets */
};

/* One direction: from C to K channels, or back. */
typedef struct {
  const kernel_isa *isa;
  size_t H, W, tiles_across, tiles;
  size_t from, to;             /* channels */
  size_t from_lanes, to_panel; /* the same, padded */
  size_t block;                /* tiles at a time */
  size_t v_slab, m_slab;
} pass;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static pass plan(const cst_conv *s, size_t from, size_t to)
{
  pass p = {.isa = s->isa, .H = s->H, .W = s->W, .from = from, .to = to};
  p.tiles_across = (s->W + 3) / 4;
  p.tiles = p.tiles_across * ((s->H + 3) / 4);
  p.from_lanes = round_up(from, s->isa->lanes);
  p.to_panel = round_up(to, s->isa->panel);
  p.block = smaller(TILE_BLOCK, p.tiles);
  p.v_slab = round_up(p.block * p.from_lanes, ONE_LINE) + ONE_LINE;
  p.m_slab = round_up(p.block * p.to_panel, ONE_LINE) + ONE_LINE;
  return p;
}

/* ---- work space ---- */

typedef struct {
  float *zeros;  /* a pixel outside the image */
  float *window; /* columns of a tile row, transformed downwards; scratch of the result */
  float *v, *m;  /* the 36 products' operands and results */
  float *sums;   /* backward weights only: [36] of C x K */
} space;

static size_t window_floats(const pass *p)
{
  const size_t wide = round_up(p->from > p->to ? p->from : p->to, ONE_LINE);
  return SLOTS * 6 * wide; /* result_tile() wants 24 */
}

static size_t zero_floats(const pass *p)
{
  return round_up(p->from > p->to ? p->from : p->to, ONE_LINE);
}

static space divide(const pass *p, float *work)
{
  space at = {.zeros = work};
  at.window = at.zeros + zero_floats(p);
  at.v = at.window + window_floats(p);
  at.m = at.v + WINOGRAD_PRODUCTS * p->v_slab;
  at.sums = at.m + WINOGRAD_PRODUCTS * p->m_slab;
  memset(at.zeros, 0, zero_floats(p) * sizeof *at.zeros);
  return at;
}

static size_t sums_floats(const pass *p) { return WINOGRAD_PRODUCTS * p->from * p->to_panel; }

static size_t pass_floats(const pass *p)
{
  return zero_floats(p) + window_floats(p) + WINOGRAD_PRODUCTS * (p->v_slab + p->m_slab);
}

static size_t work_floats(const cst_conv *s)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  const size_t a = pass_floats(&there) + sums_floats(&there), b = pass_floats(&back);
  return a > b ? a : b;
}

/* ---- transforms of a block of tiles ---- */

/* Bring pixel column j (counted from -1: j = 0 is padding) of the tile row at `top` into z. */
static void data_column(const pass *p, const space *at, const float *x, size_t top, size_t j,
                        float *z)
{
  const float *rows[6];

  if (j < 1 || j > p->W) {
    memset(z, 0, 6 * p->from_lanes * sizeof *z);
    return;
  }
  for (size_t i = 0; i < 6; i++) {
    const size_t row = top + i - 1; /* -1 wraps: outside */
    rows[i] = row < p->H ? x + (row * p->W + j - 1) * p->from : at->zeros;
  }
  p->isa->data_column(rows, p->from, z);
}

/* v[36][n][C] of tiles first .. first + n. */
static void spread_data(const pass *p, const space *at, const float *x, size_t first, size_t n)
{
  for (size_t t = 0; t < n; t++) {
    const size_t down = (first + t) / p->tiles_across, across = (first + t) % p->tiles_across;
    const float *columns[6];
    /* the left two columns were the last two of the tile before */
    const size_t known = t == 0 || across == 0 ? 0 : 2;

    for (size_t q = 0; q < 6; q++) {
      float *z = at->window + (4 * across + q) % SLOTS * 6 * p->from_lanes;
      if (q >= known) data_column(p, at, x, 4 * down, 4 * across + q, z);
      columns[q] = z;
    }
    p->isa->data_spread(columns, p->from, at->v + t * p->from_lanes, p->v_slab);
  }
}

/* The 4x4 pixels of y of each tile. */
static void collect(const pass *p, const space *at, float *y, size_t first, size_t n)
{
  for (size_t t = 0; t < n; t++) {
    const size_t i = (first + t) / p->tiles_across * 4, j = (first + t) % p->tiles_across * 4;
    p->isa->result_tile(at->m + t * p->to_panel, p->m_slab, p->to, at->window,
                        y + (i * p->W + j) * p->to, p->W * p->to, smaller(4, p->H - i),
                        smaller(4, p->W - j));
  }
}

/* m[36] of A dy A', in panels [K / panel][n][panel]. */
static void spread_gradient(const pass *p, const space *at, const float *dy, size_t first, size_t n)
{
  const size_t wide = 6 * round_up(p->to, p->isa->lanes);

  for (size_t t = 0; t < n; t++) {
    const size_t i = (first + t) / p->tiles_across * 4, j = (first + t) % p->tiles_across * 4;
    const float *columns[4], *rows[4];

    for (size_t q = 0; q < 4; q++) {
      columns[q] = at->window + q * wide;
      for (size_t r = 0; r < 4; r++)
        rows[r] = i + r < p->H && j + q < p->W ? dy + ((i + r) * p->W + j + q) * p->to : at->zeros;
      p->isa->gradient_column(rows, p->to, at->window + q * wide);
    }
    p->isa->gradient_spread(columns, p->to, at->m + t * p->isa->panel, p->m_slab,
                            n * p->isa->panel);
  }
}

/* ---- the three passes ---- */

static void correlate(const pass *p, const float *u, const float *x, float *y, float *work)
{
  const space at = divide(p, work);
  const size_t u_slab = p->from * p->to_panel, panel = p->isa->panel;

  for (size_t first = 0; first < p->tiles; first += p->block) {
    const size_t n = smaller(p->block, p->tiles - first);
    spread_data(p, &at, x, first, n);
    for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
      const strided v = {at.v + e * p->v_slab, p->from_lanes, 1};
      const panels b = {u + e * u_slab, panel, p->from * panel};
      const rows_of_panels m = {at.m + e * p->m_slab, p->to_panel, panel};
      p->isa->multiply(n, p->to_panel, p->from, v, b, false, m);
    }
    collect(p, &at, y, first, n);
  }
}

static size_t prepared_there(const pass *p)
{
  return round_up(WINOGRAD_PRODUCTS * p->from * p->to_panel, ONE_LINE);
}

static void forward(const cst_conv *s, const float *prepared, const float *x, float *y, float *work)
{
  const pass p = plan(s, s->C, s->K);
  correlate(&p, prepared, x, y, work);
}

static void backward_data(const cst_conv *s, const float *prepared, const float *dy, float *dx,
                          float *work)
{
  const pass there = plan(s, s->C, s->K), p = plan(s, s->K, s->C);
  correlate(&p, prepared + prepared_there(&there), dy, dx, work);
}

static void backward_weights(const cst_conv *s, const float *x, const float *dy, float *dw,
                             float *work)
{
  const pass p = plan(s, s->C, s->K);
  const space at = divide(&p, work);
  const size_t panel = p.isa->panel, u_slab = p.from * p.to_panel;

  for (size_t first = 0; first < p.tiles; first += p.block) {
    const size_t n = smaller(p.block, p.tiles - first);
    spread_data(&p, &at, x, first, n);
    spread_gradient(&p, &at, dy, first, n);
    for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
      const strided v = {at.v + e * p.v_slab, 1, p.from_lanes}; /* transposed */
      const panels b = {at.m + e * p.m_slab, panel, n * panel};
      const rows_of_panels sum = {at.sums + e * u_slab, panel, p.from * panel};
      p.isa->multiply(p.from, p.to_panel, n, v, b, first > 0, sum);
    }
  }
  p.isa->weight_gradient(at.sums, p.from, p.to, dw);
}

/* ---- weights ---- */

enum { MOST_PANEL = 32 };
typedef struct {
  double at[MOST_PANEL];
} columns; /* a value for each column of a panel */

/* G g for one line of three taps, `step` apart, of n kernels; in double, rounded once at the
 * end. */
static void weight_points(const columns *g, size_t step, size_t n, columns *u, size_t u_step)
{
  const double a = POINT_A, b = POINT_B, scale_0 = 1.0 / (a * a * b * b);
  const double scale_a = 1.0 / (2.0 * a * a * (a * a - b * b));
  const double scale_b = 1.0 / (2.0 * b * b * (b * b - a * a));

  for (size_t i = 0; i < n; i++) {
    const double g0 = g[0].at[i], g1 = g[step].at[i], g2 = g[2 * step].at[i];
    const double even_a = g0 + a * a * g2, even_b = g0 + b * b * g2;
    u[0].at[i] = scale_0 * g0;
    u[1 * u_step].at[i] = scale_a * (even_a + a * g1);
    u[2 * u_step].at[i] = scale_a * (even_a - a * g1);
    u[3 * u_step].at[i] = scale_b * (even_b + b * g1);
    u[4 * u_step].at[i] = scale_b * (even_b - b * g1);
    u[5 * u_step].at[i] = g2;
  }
}

/* u = G g G' of the n kernels g[9], one panel row of each of the 36 slabs. */
static void prepare_row(const columns *g, size_t n, float *u, size_t slab)
{
  columns half[6 * 3], full[WINOGRAD_PRODUCTS];

  for (size_t q = 0; q < 3; q++) weight_points(g + q, 3, n, half + q, 3);
  for (size_t r = 0; r < 6; r++) weight_points(half + r * 3, 1, n, full + r * 6, 1);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++)
    for (size_t i = 0; i < n; i++) u[e * slab + i] = (float)full[e].at[i];
}

/* u[36] in panels [to / panel][from][panel].  The kernel from channel c to channel k is at w[c *
 * from_step + k * to_step], read backwards if `turned`. */
static void prepare_pass(const pass *p, const float *w, size_t from_step, size_t to_step,
                         bool turned, float *u)
{
  const size_t panel = p->isa->panel, slab = p->from * p->to_panel;
  columns g[9];

  CST_ASSERT(panel <= MOST_PANEL);
  for (size_t k = 0; k < p->to_panel; k += panel)
    for (size_t c = 0; c < p->from; c++, u += panel) {
      for (size_t i = 0; i < panel; i++)
        for (size_t tap = 0; tap < 9; tap++)
          g[turned ? 8 - tap : tap].at[i] =
              k + i < p->to ? (double)w[c * from_step + (k + i) * to_step + tap] : 0.0;
      prepare_row(g, panel, u, slab);
    }
}

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  prepare_pass(&there, w, 9, 9 * s->C, false, prepared);
  prepare_pass(&back, w, 9 * s->C, 9, true, prepared + prepared_there(&there));
}

static size_t prepared_floats(const cst_conv *s)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  return prepared_there(&there) + prepared_there(&back);
}

const conv_method cst_conv_winograd = {
    .name = "winograd",
    .prepared_floats = prepared_floats,
    .work_floats = work_floats,
    .prepare = prepare,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
