/*
 * Magnitudes against their definition and against FFTW; and their bits, which no machine may change.
 */
#include "cassette/digest.h"
#include "cassette/elementary.h"
#include "cassette/logmel.h"
#include "cassette/random.h"
#include "fft.h"
#include "support/test_support.h"

#include <complex.h>
#include <fftw3.h>
#include <math.h>

static double *noise(size_t n)
{
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 4, n, 0);
  double *x = test_zeros_f64(n);
  for (size_t i = 0; i < n; i++) x[i] = 2.0 * cst_random_uniform(&key, i) - 1.0;
  return x;
}

/* Magnitudes [n / 2 + 1][FFT_LANES], where cmocka's buffers do not do: vectors are aligned. */
static double *magnitudes_of(size_t n, const double *x)
{
  double *aligned = NULL, *out = NULL, *kept = test_zeros_f64((n / 2 + 1) * FFT_LANES);
  fft *plan = NULL;
  assert_non_null(aligned = cst_alloc(n * FFT_LANES, sizeof *aligned));
  assert_non_null(out = cst_alloc((n / 2 + 1) * FFT_LANES, sizeof *out));
  for (size_t i = 0; i < n * FFT_LANES; i++) aligned[i] = x[i];
  assert_ok(fft_create(n, &plan));
  fft_magnitudes(plan, aligned, out);
  for (size_t i = 0; i < (n / 2 + 1) * FFT_LANES; i++) kept[i] = out[i];
  fft_destroy(&plan);
  cst_free(aligned);
  cst_free(out);
  return kept;
}

static void sizes_match_the_definition(void **state)
{
  static const size_t sizes[] = {2, 3, 4, 5, 8, 9, 16, 32, 60, 64, 128, 243, 256};
  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    const size_t n = sizes[s];
    const double *x = noise(n * FFT_LANES), *got = magnitudes_of(n, x);
    for (size_t k = 0; k <= n / 2; k++)
      for (size_t l = 0; l < FFT_LANES; l++) {
        double complex sum = 0.0;
        for (size_t i = 0; i < n; i++)
          sum += x[i * FFT_LANES + l] * cexp(-2.0 * M_PI * I * (double)(i * k % n) / (double)n);
        assert_near(got[k * FFT_LANES + l], cabs(sum), 1e-14 * (double)n, "magnitude");
      }
    test_release(NULL);
  }
}

static void large_sizes_match_fftw(void **state)
{
  static const size_t sizes[] = {512, 1024, 2048, 4096, 8192, 16384};
  (void)state;
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    const size_t n = sizes[s];
    const double *x = noise(n * FFT_LANES), *got = magnitudes_of(n, x);
    double *one = test_zeros_f64(n);
    fftw_complex *want = fftw_malloc((n / 2 + 1) * sizeof *want);
    fftw_plan plan = fftw_plan_dft_r2c_1d((int)n, one, want, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    for (size_t l = 0; l < FFT_LANES; l++) {
      for (size_t i = 0; i < n; i++) one[i] = x[i * FFT_LANES + l];
      fftw_execute(plan);
      for (size_t k = 0; k <= n / 2; k++)
        assert_near(got[k * FFT_LANES + l], cabs(want[k]), 1e-13, "magnitude");
    }
    fftw_destroy_plan(plan);
    fftw_free(want);
    test_release(NULL);
  }
}

/* What is beside a signal does not reach it, however loud. */
static void lanes_are_apart(void **state)
{
  enum { N = 2048 };
  (void)state;
  const double *x = noise(N * FFT_LANES);
  double *loud = test_zeros_f64(N * FFT_LANES);
  for (size_t i = 0; i < N * FFT_LANES; i++) loud[i] = i % FFT_LANES == 3 ? x[i] : 1e12 * x[i];
  const double *alone = magnitudes_of(N, x), *beside = magnitudes_of(N, loud);
  for (size_t k = 0; k <= N / 2; k++)
    assert_true(alone[k * FFT_LANES + 3] == beside[k * FFT_LANES + 3]);
  test_release(NULL);
}

/* The digest was the same on x86-64 (with AVX-512, with SSE2 alone; gcc 12, clang 14) and arm64. */
static void bits_are_pinned(void **state)
{
  enum { N = 2048, SAMPLES = 44100, ROWS = 48, BINS = 64 };
  char hex[CST_DIGEST_HEX];
  cst_logmel_spec spec;
  cst_logmel *logmel = NULL;
  static float sound[SAMPLES], features[ROWS * BINS];
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 5, 0, 0);
  (void)state;
  cst_digest_bytes(magnitudes_of(N, noise(N * FFT_LANES)), (N / 2 + 1) * FFT_LANES * sizeof(double),
                   hex);
  assert_string_equal(hex, "e469cbc5abf0a9985cdd911a0c9c0970");
  for (size_t i = 0; i < SAMPLES; i++)
    sound[i] = (float)(cst_exp(-(double)i / 9000.0) * (cst_random_uniform(&key, i) - 0.5));
  assert_true(cst_logmel_preset("icme2024", ROWS, &spec));
  assert_ok(cst_logmel_create(&spec, &logmel));
  assert_ok(cst_logmel_compute(logmel, sound, SAMPLES, features));
  cst_logmel_destroy(&logmel);
  cst_digest_bytes(features, sizeof features, hex);
  assert_string_equal(hex, "4460cee22827ffd55390ef49b71fae6a");
  test_release(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_match_the_definition),
      cmocka_unit_test(large_sizes_match_fftw),
      cmocka_unit_test(lanes_are_apart),
      cmocka_unit_test(bits_are_pinned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
