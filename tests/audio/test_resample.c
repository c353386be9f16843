/* Against libsoxr in one call, against a sine, and against itself: chunks, reuse and the order of
 * clips must not show in the bits. */
#include "cassette/clip.h"
#include "support/test_support.h"

#include <math.h>
#include <soxr.h>
#include <stdio.h>
#include <string.h>

static const struct {
  uint32_t in_hz, out_hz;
} rates[] = {{48000, 44100}, {44100, 48000}, {16000, 44100}, {96000, 44100}, {44056, 44100}};
enum { RATES = sizeof rates / sizeof *rates };
static const size_t lengths[] = {1, 2, 100, 999, 32768, 32769, 100000, 480000};
enum { LENGTHS = sizeof lengths / sizeof *lengths };

static cst_resampler *make(void)
{
  cst_resampler *r = NULL;
  assert_ok(cst_resampler_create(&r));
  return r;
}

/* As the reference does it: one call, ceil(n * ratio) samples, zeros where it gives fewer. */
static float *in_one_call(const float *x, size_t n, uint32_t in_hz, uint32_t out_hz, size_t *n_out)
{
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  size_t done;

  *n_out = (size_t)ceil((double)n * ((double)out_hz / in_hz));
  float *y = test_zeros(*n_out + 1);
  assert_null(
      soxr_oneshot(in_hz, out_hz, 1, x, n, NULL, y, *n_out + 1, &done, &io, &quality, NULL));
  return y;
}

static void bits_of_one_call(void **state)
{
  cst_resampler *reused = make();
  (void)state;
  for (size_t l = 0; l < LENGTHS; l++)
    for (size_t r = 0; r < RATES; r++)
      for (int again = 0; again < 2; again++) { /* again: with the same converter, cleared */
        const float *got, *x = test_random(l * 16 + r * 2 + (size_t)again, lengths[l]);
        size_t n, want_n;
        const float *want = in_one_call(x, lengths[l], rates[r].in_hz, rates[r].out_hz, &want_n);
        assert_ok(cst_resample(reused, x, lengths[l], rates[r].in_hz, rates[r].out_hz, &got, &n));
        assert_int_equal(n, want_n);
        if (memcmp(got, want, n * sizeof *got))
          fail_msg("%zu samples, %u to %u Hz: other bits", lengths[l], rates[r].in_hz,
                   rates[r].out_hz);
      }
  cst_resampler_destroy(&reused);
  assert_null(reused);
}

/* In pieces of any size, the last of them empty or not. */
static void bits_of_any_pieces(void **state)
{
  static const size_t pieces[] = {1000, 4096, 32768, 77777};
  cst_resampler *r = make();
  (void)state;
  for (size_t l = 2; l < LENGTHS; l++)
    for (size_t k = 0; k < RATES; k++)
      for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        const size_t length = lengths[l];
        const float *x = test_random(l * 64 + k, length), *piece;
        size_t want_n, n, total = 0, fed = 0;
        const float *want = in_one_call(x, length, rates[k].in_hz, rates[k].out_hz, &want_n);
        assert_ok(cst_resample_begin(r, rates[k].in_hz, rates[k].out_hz));
        for (bool last = false; !last; fed += pieces[p]) {
          const size_t left = length > fed ? length - fed : 0;
          last = left == 0 || (p % 2 && left <= pieces[p]);
          assert_ok(
              cst_resample_feed(r, x + fed, left < pieces[p] ? left : pieces[p], last, &piece, &n));
          assert_true(total + n <= want_n);
          assert_memory_equal(piece, want + total, n * sizeof *piece);
          total += n;
        }
        assert_int_equal(total, want_n);
      }
  cst_resampler_destroy(&r);
}

static void a_sine_stays_a_sine(void **state)
{
  const size_t n = 48000;
  float *x = test_zeros(n);
  const float *y;
  size_t n_out;
  cst_resampler *r = make();
  (void)state;

  for (size_t i = 0; i < n; i++)
    x[i] = (float)(0.5 * sin(2.0 * M_PI * 1000.0 * (double)i / 48000.0));
  assert_ok(cst_resample(r, x, n, 48000, 44100, &y, &n_out));
  assert_int_equal(n_out, 44100);
  for (size_t i = 1000; i < n_out - 1000; i++)
    assert_near(y[i], 0.5 * sin(2.0 * M_PI * 1000.0 * (double)i / 44100.0), 2e-6, "sample");
  cst_resampler_destroy(&r);
}

static void ten_seconds_are_ten_seconds(void **state)
{
  cst_resampler *r = make();
  float *x = test_zeros(480000);
  const float *y;
  size_t n;
  (void)state;
  assert_ok(cst_resample(r, x, 480000, 48000, 44100, &y, &n));
  assert_int_equal(n, 441000);
  assert_ok(cst_resample(r, x, 441000, 44100, 44100, &y, &n));
  assert_ptr_equal(y, x); /* nothing to do, nothing copied */
  assert_int_equal(n, 441000);
  assert_ok(cst_resample(r, x, 0, 48000, 44100, &y, &n));
  assert_int_equal(n, 0);
  cst_resampler_destroy(&r);
}

static void versions_are_named(void **state)
{
  (void)state;
  assert_non_null(strstr(cst_audio_versions(), "libsndfile-"));
  assert_non_null(strstr(cst_audio_versions(), "libsoxr-"));
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(bits_of_one_call, test_release),
      cmocka_unit_test_teardown(bits_of_any_pieces, test_release),
      cmocka_unit_test_teardown(a_sine_stays_a_sine, test_release),
      cmocka_unit_test_teardown(ten_seconds_are_ten_seconds, test_release),
      cmocka_unit_test(versions_are_named),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
