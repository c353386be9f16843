/* Kernels as Winograd's products want them: u = G g G'.  Contract in winograd_weights.h. */
#include "winograd_weights.h"

#include "winograd_points.h"

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

void cst_winograd_weights_row(const float *w, size_t to_step, size_t there, size_t n, bool turned,
                              float *u, size_t slab)
{
  columns g[9];
  for (size_t i = 0; i < n; i++)
    for (size_t tap = 0; tap < 9; tap++)
      g[turned ? 8 - tap : tap].at[i] = i < there ? (double)w[i * to_step + tap] : 0.0;
  prepare_row(g, n, u, slab);
}

void cst_winograd_weights(const kernel_isa *isa, size_t from, size_t to, const float *w,
                          size_t from_step, size_t to_step, bool turned, float *u)
{
  const size_t panel = isa->panel, to_panel = round_up(to, panel), slab = from * to_panel;

  CST_ASSERT(panel <= MOST_PANEL);
  for (size_t k = 0; k < to_panel; k += panel)
    for (size_t c = 0; c < from; c++, u += panel)
      cst_winograd_weights_row(w + c * from_step + k * to_step, to_step, k < to ? to - k : 0, panel,
                               turned, u, slab);
}
