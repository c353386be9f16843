/* Contract in winograd_parts.h. */
#include "winograd_parts.h"

#include "winograd_weights.h"

#include <string.h>

/* Work space and prepared weights are handed out as floats. */
static uint32_t *words(float *floats) { return (uint32_t *)(void *)floats; }

static parts parts_at(const float *floats, size_t slab)
{
  return (parts){(const uint32_t *)(const void *)floats, slab};
}

/* ---- y from x: tiles are rows, channels are summed ---- */

/* v[36] in blocks of A [tiles / 16][from / 32]; channel c is paired with c + 16. */
static void put_row(const winograd_pass *p, const winograd_space *at, size_t t, float least,
                    const float *const columns[])
{
  const size_t strip = p->from / BLOCK_DEPTH * BLOCK_WORDS;
  uint32_t *to = words(at->v) + t / PART_EDGE * strip + t % PART_EDGE * PART_EDGE;
  p->isa->data_spread(columns, p->from, at->pair, p->from);
  p->isa->split(at->pair, at->pair + PART_EDGE, p->from, BLOCK_DEPTH, p->from / BLOCK_DEPTH, least,
                to, p->v_slab, BLOCK_WORDS);
}

static void put_data_row(const winograd_pass *p, const winograd_space *at, size_t t,
                         const float *const columns[])
{
  put_row(p, at, t, LEAST_DATA, columns);
}

static void put_gradient_row(const winograd_pass *p, const winograd_space *at, size_t t,
                             const float *const columns[])
{
  put_row(p, at, t, LEAST_GRADIENT, columns);
}

void cst_parts_correlate(const winograd_pass *p, const winograd_space *at, const float *prepared,
                         bool gradient, row_reader *x, const cst_conv_target *y, size_t first,
                         size_t n)
{
  const rows_of_panels m = {at->m, p->to_panel, p->isa->panel};
  cst_winograd_spread_data(p, at, x, first, n, gradient ? put_gradient_row : put_data_row);
  p->isa->multiply_parts(round_up(n, BLOCK_DEPTH), p->to, p->from, parts_at(at->v, p->v_slab),
                         parts_at(prepared, p->from * p->to), false, m, p->m_slab);
  cst_winograd_collect(p, at, y, first, n);
}

/* ---- sums of the weights: channels are rows and columns, tiles are summed ---- */

static size_t summed(const winograd_pass *p) { return round_up(p->block, BLOCK_DEPTH); }

/* Of the two tiles that are summed as one pair. */
static float *half_of_pair(const winograd_space *at, size_t t, size_t channels)
{
  return at->pair + t % 2 * WINOGRAD_PRODUCTS * channels;
}

/* With the second tile there, both go to blocks of B [channels / 16][tiles / 32]. */
static void put_half(const winograd_pass *p, const winograd_space *at, size_t t, size_t channels,
                     float least, float *operand, size_t slab)
{
  const size_t strip = summed(p) / BLOCK_DEPTH * BLOCK_WORDS;
  if (t % 2 == 0) return;
  p->isa->split(half_of_pair(at, 0, channels), half_of_pair(at, 1, channels), channels, PART_EDGE,
                channels / PART_EDGE, least,
                words(operand) + t / BLOCK_DEPTH * BLOCK_WORDS + t % BLOCK_DEPTH / 2 * PART_EDGE,
                slab, strip);
}

static void put_data_half(const winograd_pass *p, const winograd_space *at, size_t t,
                          const float *const columns[])
{
  p->isa->data_spread(columns, p->from, half_of_pair(at, t, p->from), p->from);
  put_half(p, at, t, p->from, LEAST_DATA, at->v, p->v_slab);
}

static void put_gradient_half(const winograd_pass *p, const winograd_space *at, size_t t,
                              const float *const columns[])
{
  p->isa->gradient_spread(columns, p->to, half_of_pair(at, t, p->to), p->to, p->isa->panel);
  put_half(p, at, t, p->to, LEAST_GRADIENT, at->m, p->m_slab);
}

/* Tiles from n on count nothing. */
static void put_zeros(const winograd_pass *p, const winograd_space *at, size_t n, size_t channels,
                      float *operand, size_t slab)
{
  for (size_t t = n; t < summed(p); t++) {
    memset(half_of_pair(at, t, channels), 0, WINOGRAD_PRODUCTS * channels * sizeof(float));
    put_half(p, at, t, channels, LEAST_DATA, operand, slab);
  }
}

/* Blocks of B to blocks of A: their strips have the same order. */
static void turn_data(const winograd_pass *p, const winograd_space *at)
{
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
    uint32_t *v = words(at->v) + e * p->v_slab, *end = v + p->from * summed(p);
    for (; v < end; v += PART_WORDS) p->isa->turn(v);
  }
}

void cst_parts_add_weights(const winograd_pass *p, const winograd_space *at, row_reader *x,
                           row_reader *dy, float *sums, bool begin, size_t first, size_t n)
{
  const size_t panel = p->isa->panel;
  const rows_of_panels sum = {sums, panel, p->from * panel};
  cst_winograd_spread_data(p, at, x, first, n, put_data_half);
  put_zeros(p, at, n, p->from, at->v, p->v_slab);
  turn_data(p, at);
  cst_winograd_spread_gradient(p, at, dy, first, n, put_gradient_half);
  put_zeros(p, at, n, p->to, at->m, p->m_slab);
  p->isa->multiply_parts(p->from, p->to, summed(p), parts_at(at->v, p->v_slab),
                         parts_at(at->m, p->m_slab), !begin, sum, p->from * p->to_panel);
}

/* ---- weights ---- */

void cst_parts_weights(const winograd_pass *p, const float *w, size_t from_step, size_t to_step,
                       bool turned, float *prepared)
{
  enum { ROW = WINOGRAD_PRODUCTS * PART_EDGE };
  uint32_t *to = words(prepared);
  float row[2][ROW];

  for (size_t k = 0; k < p->to; k += PART_EDGE)
    for (size_t c = 0; c < p->from; c += BLOCK_DEPTH, to += BLOCK_WORDS)
      for (size_t i = 0; i < PART_EDGE; i++) {
        for (size_t half = 0; half < 2; half++)
          cst_winograd_weights_row(w + (c + half * PART_EDGE + i) * from_step + k * to_step,
                                   to_step, PART_EDGE, PART_EDGE, turned, row[half], PART_EDGE);
        p->isa->split(row[0], row[1], PART_EDGE, 0, 1, LEAST_DATA, to + i * PART_EDGE,
                      p->from * p->to, 0);
      }
}
