/*
 * Log-mel features against the definition written out in double, and by properties.  That they are
 * the reference's too is test_logmel_golden's business.
 */
#include "cassette/clip.h"
#include "cassette/logmel.h"
#include "support/test_support.h"

#include <complex.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static cst_logmel_spec preset(const char *name, size_t frames)
{
  cst_logmel_spec spec;
  assert_true(cst_logmel_preset(name, frames, &spec));
  return spec;
}

static void compute(const cst_logmel_spec *spec, const float *samples, size_t n, float *out)
{
  cst_logmel *logmel = NULL;
  assert_ok(cst_logmel_create(spec, &logmel));
  assert_ok(cst_logmel_compute(logmel, samples, n, out));
  cst_logmel_destroy(&logmel);
  assert_null(logmel);
}

static void assert_all_near(const float *got, const float *want, size_t n, double tolerance_db,
                            const char *what)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabs((double)got[i] - want[i]) <= tolerance_db))
      fail_msg("%s, value %zu: %.7g dB, want %.7g dB", what, i, (double)got[i], (double)want[i]);
}

/* ---- definition ---- */

static double slaney_hz(double mel)
{
  return mel < 15.0 ? mel * 200.0 / 3.0 : 1000.0 * exp((mel - 15.0) * log(6.4) / 27.0);
}

static double slaney_mel(double hz)
{
  return hz < 1000.0 ? hz * 3.0 / 200.0 : 15.0 + 27.0 * log(hz / 1000.0) / log(6.4);
}

static double definition_weight(const cst_logmel_spec *s, size_t band, double hz)
{
  double edge[3];
  const double low = slaney_mel(s->low_hz), high = slaney_mel(s->high_hz);
  for (size_t e = 0; e < 3; e++)
    edge[e] = slaney_hz(low + (high - low) * (double)(band + e) / (double)(s->bins + 1));
  const double area = (edge[2] - edge[0]) / 2.0;
  if (hz <= edge[0] || hz >= edge[2]) return 0.0;
  if (hz <= edge[1]) return (hz - edge[0]) / (edge[1] - edge[0]) / area;
  return (edge[2] - hz) / (edge[2] - edge[1]) / area;
}

/* |sum over the window of hann x e^(-2 pi i k n / fft)|: a shift of the frame turns the phase only.
 */
static double definition_magnitude(const cst_logmel_spec *s, const float *x, size_t n, size_t t,
                                   size_t k)
{
  double complex sum = 0.0;
  const long lead = (long)((s->fft - s->window) / 2);
  for (long i = 0; i < (long)s->window; i++) {
    const long at = (long)(t * s->hop) - (long)(s->fft / 2) + lead + i;
    if (at < 0 || at >= (long)n) continue;
    const double hann = pow(sin(PI * (double)i / (double)s->window), 2.0);
    sum += hann * x[at] * cexp(-2.0 * PI * I * (double)k * (double)i / (double)s->fft);
  }
  return cabs(sum);
}

static double definition_mel(const cst_logmel_spec *s, const double *magnitude, size_t band)
{
  double sum = 0.0;
  for (size_t k = 0; k <= s->fft / 2; k++)
    sum += definition_weight(s, band, (double)k * s->rate_hz / (double)s->fft) * magnitude[k];
  return sum;
}

static void definition(const cst_logmel_spec *s, const float *x, size_t n, float *out)
{
  const size_t clip = s->frames * s->hop, frames = 1 + (n > clip ? n : clip) / s->hop;
  double *mel = test_zeros_f64(frames * s->bins), *magnitude = test_zeros_f64(s->fft / 2 + 1);
  double top = s->amin;
  for (size_t t = 0; t < frames; t++) {
    for (size_t k = 0; k <= s->fft / 2; k++) magnitude[k] = definition_magnitude(s, x, n, t, k);
    for (size_t m = 0; m < s->bins; m++) {
      mel[t * s->bins + m] = definition_mel(s, magnitude, m);
      top = fmax(top, mel[t * s->bins + m]);
    }
  }
  for (size_t i = 0; i < s->frames * s->bins; i++)
    out[i] = (float)fmax(10.0 * log10(fmax(mel[i], s->amin)), 10.0 * log10(top) - s->top_db);
}

static const cst_logmel_spec small_specs[] = {
    {8000, 256, 200, 100, 12, 50.0, 4000.0, 1e-10, 80.0, 6},
    {8000, 256, 256, 64, 8, 0.0, 3000.0, 1e-10, 30.0, 5},   /* no zeros; low floor */
    {16000, 243, 122, 200, 5, 20.0, 7999.0, 1e-3, 80.0, 4}, /* odd sizes; gaps between frames */
    {11025, 64, 1, 7, 3, 100.0, 5512.5, 1e-10, 80.0, 3},    /* window of one zero */
};

static void features_match_the_definition(void **state)
{
  (void)state;
  const float *x = test_random(1, 4000);
  for (size_t i = 0; i < sizeof small_specs / sizeof *small_specs; i++) {
    const cst_logmel_spec *s = &small_specs[i];
    const size_t clip = s->frames * s->hop;
    const size_t lengths[] = {0, 1, s->hop, clip - 1, clip, clip + 1, clip + 5 * s->hop + 3};
    float *got = test_zeros(s->frames * s->bins), *want = test_zeros(s->frames * s->bins);
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
      compute(s, x, lengths[l], got);
      definition(s, x, lengths[l], want);
      assert_all_near(got, want, s->frames * s->bins, 1e-4, "definition");
    }
  }
}

/* The frame that is centred on the end of the clip is not kept, but counts for the floor. */
static void the_last_frame_moves_the_floor(void **state)
{
  (void)state;
  const cst_logmel_spec *s = &small_specs[1];
  const size_t n = s->frames * s->hop;
  float *x = test_random(3, n);
  float *got = test_zeros(s->frames * s->bins), *want = test_zeros(s->frames * s->bins);
  for (size_t i = 0; i + 4 < n; i++) x[i] *= 1e-5f;
  compute(s, x, n, got);
  definition(s, x, n, want);
  assert_all_near(got, want, s->frames * s->bins, 1e-4, "last frame");
}

/* One frame of the real geometry. */
static void a_frame_of_the_preset_matches_the_definition(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 1);
  const float *x = test_random(2, 882);
  float got[64], want[64];
  compute(&spec, x, 882, got);
  definition(&spec, x, 882, want);
  assert_all_near(got, want, 64, 1e-5, "frame 0");
}

/* ---- properties ---- */

static void silence_is_exactly_the_least(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 3);
  float got[3 * 64];
  compute(&spec, NULL, 0, got);
  for (size_t i = 0; i < 3 * 64; i++) assert_true(got[i] == -100.0f);
  compute(&spec, test_zeros(5000), 5000, got);
  for (size_t i = 0; i < 3 * 64; i++) assert_true(got[i] == -100.0f);
}

/* Magnitude, not power: ten times the signal is 10 dB, not 20. */
static void ten_times_louder_is_ten_decibels(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 8);
  const size_t n = spec.frames * spec.hop;
  float *x = test_random(4, n), *quiet = test_zeros(8 * 64), *loud = test_zeros(8 * 64);
  compute(&spec, x, n, quiet);
  for (size_t i = 0; i < n; i++) x[i] *= 10.0f;
  compute(&spec, x, n, loud);
  for (size_t i = 0; i < 8 * 64; i++) quiet[i] += 10.0f;
  assert_all_near(loud, quiet, 8 * 64, 1e-4, "louder");
}

static void sound_after_the_clip_moves_the_floor_only(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 4);
  const size_t clip = spec.frames * spec.hop;
  float *x = test_random(5, clip + 20 * spec.hop);
  float *alone = test_zeros(4 * 64), *followed = test_zeros(4 * 64);
  for (size_t i = 0; i < clip; i++) x[i] *= 1e-9f;
  memset(x + clip, 0, 2 * spec.hop * sizeof *x); /* no frame that is kept hears what follows */
  compute(&spec, x, clip, alone);
  compute(&spec, x, clip + 20 * spec.hop, followed);
  float min = 0.0f;
  for (size_t i = 0; i < 4 * 64; i++) min = fminf(min, followed[i]);
  assert_true(min > alone[0]);
  for (size_t i = 0; i < 4 * 64; i++) assert_true(followed[i] == fmaxf(alone[i], min));
}

static void objects_do_not_remember(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 5);
  const size_t clip = spec.frames * spec.hop;
  const float *x = test_random(6, clip), *y = test_random(7, 3 * clip);
  float *first = test_zeros(5 * 64), *again = test_zeros(5 * 64);
  cst_logmel *logmel = NULL;
  assert_ok(cst_logmel_create(&spec, &logmel));
  assert_ok(cst_logmel_compute(logmel, x, 1000, first));
  assert_ok(cst_logmel_compute(logmel, y, 3 * clip, again));
  assert_ok(cst_logmel_compute(logmel, x, 1000, again));
  assert_memory_equal(first, again, 5 * 64 * sizeof *first);
  cst_logmel_destroy(&logmel);
}

typedef struct {
  cst_logmel_spec spec;
  const float *samples, *want;
  int wrong;
} worker;

enum { THREADS = 8, ROUNDS = 20, THREAD_FRAMES = 4 };

static void *compute_often(void *argument)
{
  worker *self = argument;
  float got[THREAD_FRAMES * 64];
  for (int round = 0; round < ROUNDS; round++) {
    cst_logmel *logmel = NULL;
    self->wrong += cst_logmel_create(&self->spec, &logmel) != CST_OK ||
                   cst_logmel_compute(logmel, self->samples, 3000, got) != CST_OK ||
                   memcmp(got, self->want, sizeof got) != 0;
    cst_logmel_destroy(&logmel);
  }
  return NULL;
}

/* Making plans is not thread-safe in FFTW. */
static void threads_agree(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("apsipa2025", THREAD_FRAMES);
  const float *x = test_random(8, 3000);
  float *want = test_zeros(THREAD_FRAMES * 64);
  pthread_t threads[THREADS];
  worker workers[THREADS];
  compute(&spec, x, 3000, want);
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (worker){spec, x, want, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, compute_often, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    assert_int_equal(workers[i].wrong, 0);
  }
}

static void samples_that_are_not_numbers_are_refused(void **state)
{
  (void)state;
  const cst_logmel_spec spec = preset("icme2024", 2);
  float *x = test_random(9, 4000), got[2 * 64];
  cst_logmel *logmel = NULL;
  assert_ok(cst_logmel_create(&spec, &logmel));
  x[3999] = NAN; /* after the clip, but its frame counts for the floor */
  assert_fails(cst_logmel_compute(logmel, x, 4000, got), CST_ERR_NUMBERS, "sample 3999");
  x[17] = -INFINITY;
  assert_fails(cst_logmel_compute(logmel, x, 4000, got), CST_ERR_NUMBERS, "sample 17");
  cst_logmel_destroy(&logmel);
}

static void bad_specs_are_refused(void **state)
{
  (void)state;
  const cst_logmel_spec good = preset("icme2024", 500);
  struct {
    cst_logmel_spec spec;
    const char *names;
  } cases[] = {{good, "rate_hz"}, {good, "fft"},         {good, "window"}, {good, "window"},
               {good, "hop"},     {good, "bands"},       {good, "frames"}, {good, "low_hz"},
               {good, "low_hz"},  {good, "low_hz"},      {good, "amin"},   {good, "top_db"},
               {good, "low_hz"},  {good, "two FFT bins"}};
  cases[0].spec.rate_hz = 0;
  cases[1].spec.fft = 0;
  cases[2].spec.window = 0;
  cases[3].spec.window = 2049;
  cases[4].spec.hop = 0;
  cases[5].spec.bins = 0;
  cases[6].spec.frames = 0;
  cases[7].spec.low_hz = -1.0;
  cases[8].spec.high_hz = 22051.0;
  cases[9].spec.low_hz = 22050.0;
  cases[10].spec.amin = 0.0;
  cases[11].spec.top_db = NAN;
  cases[12].spec.low_hz = NAN;
  cases[13].spec.bins = 400;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cst_logmel *logmel = NULL;
    assert_fails(cst_logmel_create(&cases[i].spec, &logmel), CST_ERR_USAGE, cases[i].names);
    assert_null(logmel);
  }
  cst_logmel_spec unknown;
  assert_false(cst_logmel_preset("icme2023", 500, &unknown));
}

static void fingerprints_tell_specs_apart(void **state)
{
  (void)state;
  char base[512], other[512];
  cst_logmel_spec spec = preset("icme2024", 500);
  cst_logmel_fingerprint(&spec, base, sizeof base);
  assert_non_null(strstr(base, "hop=882"));
  assert_non_null(strstr(base, cst_audio_versions()));
  assert_null(strchr(base, '\n'));
  assert_true(strlen(base) < sizeof base - 1);
  cst_logmel_fingerprint(&spec, other, sizeof other);
  assert_string_equal(base, other);
  spec.low_hz = nextafter(spec.low_hz, 11.0);
  cst_logmel_fingerprint(&spec, other, sizeof other);
  assert_string_not_equal(base, other);
  assert_near(cst_logmel_seconds(&spec), 10.0, 1e-15, "seconds");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(features_match_the_definition, nothing_held),
      cmocka_unit_test_teardown(the_last_frame_moves_the_floor, nothing_held),
      cmocka_unit_test_teardown(a_frame_of_the_preset_matches_the_definition, nothing_held),
      cmocka_unit_test_teardown(silence_is_exactly_the_least, nothing_held),
      cmocka_unit_test_teardown(ten_times_louder_is_ten_decibels, nothing_held),
      cmocka_unit_test_teardown(sound_after_the_clip_moves_the_floor_only, nothing_held),
      cmocka_unit_test_teardown(objects_do_not_remember, nothing_held),
      cmocka_unit_test_teardown(threads_agree, nothing_held),
      cmocka_unit_test_teardown(samples_that_are_not_numbers_are_refused, nothing_held),
      cmocka_unit_test_teardown(bad_specs_are_refused, nothing_held),
      cmocka_unit_test_teardown(fingerprints_tell_specs_apart, nothing_held),
  };
  return cmocka_run_group_tests_name("logmel", tests, NULL, NULL);
}
