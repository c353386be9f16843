/*
 * Contract in cassette/peak.h.
 *
 * fp32 is the kernels' own product of panels that stay in the first cache, a few per cent below
 * registers alone.  For bf16 sixteen chains of dot products hide the latency of any unit so far.
 */
#include "cassette/peak.h"

#include "isa.h"
#include "tiles.h"

#include "cassette/clock.h"

#if defined(__x86_64__)
#  include <immintrin.h>
#  include <stdint.h>
#endif

enum { ROUNDS = 12, DEPTH = 256, HEIGHT = 24, REPEATS = 40 };

static double best(double seconds, double flops, double so_far)
{
  const double gflops = seconds > 0.0 ? flops / seconds * 1e-9 : 0.0;
  return gflops > so_far ? gflops : so_far;
}

double cst_peak_fp32_gflops(void)
{
  static float a[HEIGHT * DEPTH], b[DEPTH * 64], c[HEIGHT * 64];
  const kernel_isa *isa;
  double peak = 0.0;
  if (cst_isa_choose(&isa) != CST_OK || isa->panel > 64) return 0.0;
  for (int round = 0; round < ROUNDS; round++) {
    const double started_s = cst_now_s();
    for (int i = 0; i < REPEATS; i++)
      isa->multiply(HEIGHT, isa->panel, DEPTH, (strided){a, DEPTH, 1},
                    (panels){b, isa->panel, isa->panel}, false,
                    (rows_of_panels){c, isa->panel, isa->panel});
    peak = best(cst_now_s() - started_s, 2.0 * REPEATS * HEIGHT * DEPTH * (double)isa->panel, peak);
  }
  return peak;
}

#if defined(__x86_64__)

enum { CHAINS = 16, LINKS = 20000 };

static __attribute__((target("avx512f,avx512bf16"))) void dot_chains(volatile float *out)
{
  __m512 sum[CHAINS];
  const __m512bh ones = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_setzero_ps();
  for (int n = 0; n < LINKS; n++)
#  pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_dpbf16_ps(sum[i], ones, ones);
  for (int i = 0; i < CHAINS; i++) *out += _mm512_reduce_add_ps(sum[i]);
}

double cst_peak_bf16_gflops(void)
{
  volatile float out = 0.0f;
  double peak = 0.0;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx512bf16")) return 0.0;
  for (int round = 0; round < ROUNDS; round++) {
    const double started_s = cst_now_s();
    dot_chains(&out);
    peak = best(cst_now_s() - started_s, 4.0 * 16 * CHAINS * LINKS, peak);
  }
  return peak;
}

/* ---- tiles ---- */

enum { PRODUCTS = 4 };

static __attribute__((target("amx-tile,amx-bf16"))) void tile_products(void)
{
  for (int n = 0; n < LINKS; n++) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

static __attribute__((target("amx-tile,amx-bf16"))) double measure_tiles(void)
{
  double peak = 0.0;
  _tile_loadconfig(&whole_tiles);
  for (int round = 0; round < ROUNDS; round++) {
    const double started_s = cst_now_s();
    tile_products();
    peak = best(cst_now_s() - started_s,
                PRODUCTS * (double)LINKS * TILE_EDGE * TILE_BYTES * TILE_BYTES / 4, peak);
  }
  _tile_release();
  return peak;
}

double cst_peak_tiles_gflops(void) { return cst_tiles_allowed() ? measure_tiles() : 0.0; }

#else

double cst_peak_bf16_gflops(void) { return 0.0; }
double cst_peak_tiles_gflops(void) { return 0.0; }

#endif
