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
 * Rows of x and dy that are made while reading (conv.h) go to a ring of as many rows as a tile row,
 * or a block, needs: they are transformed before they leave the caches.
 */
#include "winograd_parts.h"
#include "winograd_tiles.h"
#include "winograd_weights.h"

/* ---- products, a block of tiles: first .. first + n ---- */

/* v[36][n][C] */
static void put_data(const winograd_pass *p, const winograd_space *at, size_t t,
                     const float *const columns[])
{
  p->isa->data_spread(columns, p->from, at->v + t * p->from_lanes, p->v_slab);
}

static void correlate(const winograd_pass *p, const winograd_space *at, const float *u,
                      bool gradient, row_reader *x, const cst_conv_target *y, size_t first,
                      size_t n)
{
  const size_t u_slab = p->from * p->to_panel, panel = p->isa->panel;

  if (p->parts) {
    cst_parts_correlate(p, at, u, gradient, x, y, first, n);
    return;
  }
  cst_winograd_spread_data(p, at, x, first, n, put_data);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
    const strided v = {at->v + e * p->v_slab, p->from_lanes, 1};
    const panels b = {u + e * u_slab, panel, p->from * panel};
    const rows_of_panels m = {at->m + e * p->m_slab, p->to_panel, panel};
    p->isa->multiply(n, p->to_panel, p->from, v, b, false, m);
  }
  cst_winograd_collect(p, at, y, first, n);
}

/* m[36] of A dy A', in panels [K / panel][block][panel]. */
static void put_gradient(const winograd_pass *p, const winograd_space *at, size_t t,
                         const float *const columns[])
{
  const size_t panel = p->isa->panel;
  p->isa->gradient_spread(columns, p->to, at->m + t * panel, p->m_slab, p->block * panel);
}

static void add_weights(const winograd_pass *p, const winograd_space *at, row_reader *x,
                        row_reader *dy, float *sums, bool begin, size_t first, size_t n)
{
  const size_t u_slab = p->from * p->to_panel, panel = p->isa->panel;

  if (p->parts) {
    cst_parts_add_weights(p, at, x, dy, sums, begin, first, n);
    return;
  }
  cst_winograd_spread_data(p, at, x, first, n, put_data);
  cst_winograd_spread_gradient(p, at, dy, first, n, put_gradient);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
    const strided v = {at->v + e * p->v_slab, 1, p->from_lanes}; /* transposed */
    const panels b = {at->m + e * p->m_slab, panel, p->block * panel};
    const rows_of_panels sum = {sums + e * u_slab, panel, p->from * panel};
    p->isa->multiply(p->from, p->to_panel, n, v, b, !begin, sum);
  }
}

/* ---- work space ---- */

static size_t sums_floats(const winograd_pass *p)
{
  return WINOGRAD_PRODUCTS * p->from * p->to_panel;
}

/* Work space of a pass: [ring of its input][space]; of both backward passes: [sums][ring of x][ring
 * of dy][the larger space]. */
static size_t forward_floats(const winograd_pass *there)
{
  return TILE_READS * cst_winograd_ring_row(there, there->from) + cst_winograd_space_floats(there);
}

static size_t backward_floats(const winograd_pass *there, const winograd_pass *back)
{
  const size_t a = cst_winograd_space_floats(there), b = cst_winograd_space_floats(back);
  return sums_floats(there) + TILE_READS * cst_winograd_ring_row(there, there->from) +
         cst_winograd_block_rows(there) * cst_winograd_ring_row(there, there->to) + (a > b ? a : b);
}

static size_t work_floats(const cst_conv *s)
{
  const winograd_pass there = cst_winograd_plan(s, s->C, s->K),
                      back = cst_winograd_plan(s, s->K, s->C);
  const size_t a = forward_floats(&there), b = backward_floats(&there, &back);
  return a > b ? a : b;
}

/* ---- the passes ---- */

static size_t prepared_there(const winograd_pass *p)
{
  return round_up(WINOGRAD_PRODUCTS * p->from * p->to_panel, FLOATS_IN_A_LINE);
}

static size_t common_divisor(size_t a, size_t b) { return b == 0 ? a : common_divisor(b, a % b); }

/* Rows of whole blocks. */
static size_t strip_step(const cst_conv *s)
{
  const winograd_pass p = cst_winograd_plan(s, s->C, s->K);
  return TILE * p.block / common_divisor(p.block, p.tiles_across);
}

/* Tiles of the strip, whose rows are whole tiles. */
static size_t first_tile(const winograd_pass *p, cst_conv_strip strip)
{
  return strip.first / TILE * p->tiles_across;
}

static size_t end_tile(const winograd_pass *p, cst_conv_strip strip)
{
  return (strip.end + TILE - 1) / TILE * p->tiles_across;
}

static void forward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                    const cst_conv_source *x, const cst_conv_target *y, float *work)
{
  const winograd_pass p = cst_winograd_plan(s, s->C, s->K);
  row_reader rows = cst_winograd_read(&p, x, s->C, TILE_READS, work, strip.first);
  const winograd_space at = cst_winograd_divide(&p, work + TILE_READS * rows.ring_row);
  const size_t end = end_tile(&p, strip);

  for (size_t first = first_tile(&p, strip); first < end; first += p.block)
    correlate(&p, &at, prepared, false, &rows, y, first, smaller(p.block, end - first));
}

/* Block by block the sums of the weights, then dx, from the same rows of dy. */
static void backward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                     const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                     const cst_conv_target *dx, float *work)
{
  const winograd_pass there = cst_winograd_plan(s, s->C, s->K),
                      back = cst_winograd_plan(s, s->K, s->C);
  float *sums = work, *x_ring = sums + sums_floats(&there);
  float *dy_ring = x_ring + TILE_READS * cst_winograd_ring_row(&there, s->C);
  float *rest = dy_ring + cst_winograd_block_rows(&there) * cst_winograd_ring_row(&there, s->K);
  row_reader x_rows = cst_winograd_read(&there, x, s->C, TILE_READS, x_ring, strip.first);
  row_reader dy_rows =
      cst_winograd_read(&there, dy, s->K, cst_winograd_block_rows(&there), dy_ring, strip.first);
  const winograd_space at = cst_winograd_divide(&there, rest),
                       back_at = cst_winograd_divide(&back, rest);
  const size_t begin = first_tile(&there, strip), end = end_tile(&there, strip);

  for (size_t first = begin; first < end; first += there.block) {
    const size_t n = smaller(there.block, end - first);
    if (dw) add_weights(&there, &at, &x_rows, &dy_rows, sums, first == begin, first, n);
    if (dx)
      correlate(&back, &back_at, prepared + prepared_there(&there), true, &dy_rows, dx, first, n);
  }
  if (dw) there.isa->weight_gradient(sums, s->C, s->K, dw);
}

/* ---- weights ---- */

static void prepare_pass(const winograd_pass *p, const float *w, size_t from_step, size_t to_step,
                         bool turned, float *u)
{
  if (p->parts)
    cst_parts_weights(p, w, from_step, to_step, turned, u);
  else
    cst_winograd_weights(p->isa, p->from, p->to, w, from_step, to_step, turned, u);
}

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  const winograd_pass there = cst_winograd_plan(s, s->C, s->K);
  const winograd_pass back = cst_winograd_plan(s, s->K, s->C);
  prepare_pass(&there, w, 9, 9 * s->C, false, prepared);
  prepare_pass(&back, w, 9 * s->C, 9, true, prepared + prepared_there(&there));
}

static size_t prepared_floats(const cst_conv *s)
{
  const winograd_pass there = cst_winograd_plan(s, s->C, s->K),
                      back = cst_winograd_plan(s, s->K, s->C);
  return prepared_there(&there) + prepared_there(&back);
}

const conv_method cst_conv_winograd = {
    .name = "winograd",
    .prepared_floats = prepared_floats,
    .work_floats = work_floats,
    .prepare = prepare,
    .strip_step = strip_step,
    .forward_rows = forward,
    .backward_rows = backward,
};
