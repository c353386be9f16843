/* Log-mel features against the reference implementation, through tests/golden/logmel.h5
 * (scripts/golden/logmel.py writes it). */
#include "cassette/clip.h"
#include "cassette/feature_store.h"
#include "cassette/logmel.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GOLDEN_FRAMES = 16, MAX_SAMPLES = 1 << 15 };
static const char *const presets[] = {"icme2024", "apsipa2025"};

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

/* Within @p tolerance_db, and what a power of @p noise more or less makes of it. */
static void assert_all_near(const float *got, const float *want, size_t n, double tolerance_db,
                            double noise, const char *what)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabs((double)got[i] - want[i]) <=
          tolerance_db + 10.0 * log10(1.0 + noise * pow(10.0, -0.1 * (double)want[i]))))
      fail_msg("%s, value %zu: %.7g dB, want %.7g dB", what, i, (double)got[i], (double)want[i]);
}

typedef struct {
  cst_store *store;
  const char *name;
  float *samples;
  size_t n;
  uint32_t rate_hz;
  float *want; /* [GOLDEN_FRAMES][64] of the preset last asked for */
} golden;

static void golden_samples(golden *g)
{
  char name[80];
  size_t dims, shape[CST_STORE_MAX_DIMS];
  int32_t rate;
  snprintf(name, sizeof name, "%s/rate", g->name);
  assert_ok(cst_store_read(g->store, name, CST_I32, 1, &rate));
  g->rate_hz = (uint32_t)rate;
  snprintf(name, sizeof name, "%s/samples", g->name);
  assert_ok(cst_store_shape(g->store, name, &dims, shape));
  assert_true(dims == 1 && shape[0] <= MAX_SAMPLES);
  g->n = shape[0];
  assert_ok(cst_store_read(g->store, name, CST_F32, g->n, g->samples));
  if (strcmp(g->name, "tone") == 0 || strcmp(g->name, "loud") == 0) return; /* stored as float */
  for (size_t i = 0; i < g->n; i++) g->samples[i] /= 32768.0f;
}

static void golden_features(golden *g, const char *preset_name)
{
  char name[80];
  snprintf(name, sizeof name, "%s/%s", g->name, preset_name);
  assert_ok(cst_store_read(g->store, name, CST_F32, GOLDEN_FRAMES * 64, g->want));
}

static golden golden_open(void)
{
  golden g = {.samples = test_zeros(MAX_SAMPLES), .want = test_zeros(GOLDEN_FRAMES * 64)};
  assert_ok(cst_store_open(CST_TEST_DIR "/golden/logmel.h5", &g.store));
  return g;
}

static void samples_match_the_reference(void **state)
{
  (void)state;
  static const char *const names[] = {"noise",  "tone",  "loud", "burst",     "silence",
                                      "offset", "short", "long", "one_sample"};
  golden g = golden_open();
  float *got = test_zeros(GOLDEN_FRAMES * 64);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t p = 0; p < 2; p++) {
      const cst_logmel_spec spec = preset(presets[p], GOLDEN_FRAMES);
      g.name = names[i];
      golden_samples(&g);
      golden_features(&g, presets[p]);
      compute(&spec, g.samples, g.n, got);
      assert_all_near(got, g.want, GOLDEN_FRAMES * 64, 1e-4, 0.0, names[i]);
    }
  cst_store_close(&g.store);
}

/* Through a file and the resampler. */
static void check_files(void)
{
  static const char *const names[] = {"rate_48k", "rate_16k", "noise", "short", "loud"};
  golden g = golden_open();
  float *got = test_zeros(GOLDEN_FRAMES * 64);
  char path[512];
  cst_audio_info info;
  snprintf(path, sizeof path, "%s/a.wav", test_temp_dir());
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t p = 0; p < 2; p++) {
      const cst_logmel_spec spec = preset(presets[p], GOLDEN_FRAMES);
      cst_feature_maker *maker = NULL;
      g.name = names[i];
      golden_samples(&g);
      golden_features(&g, presets[p]);
      assert_ok(cst_audio_write(path, CST_WAVE_FLOAT, g.rate_hz, 1, g.samples, g.n));
      assert_ok(cst_feature_maker_create(&spec, &maker));
      assert_ok(cst_feature_make(maker, path, got, &info));
      cst_feature_maker_destroy(&maker);
      assert_int_equal(info.status,
                       strcmp(names[i], "short") == 0 ? CST_AUDIO_SHORT : CST_AUDIO_OK);
      /* what the resampler leaves where there is no signal differs by its code */
      const double noise = g.rate_hz == spec.rate_hz ? 0.0 : 1e-8;
      assert_all_near(got, g.want, GOLDEN_FRAMES * 64, 1e-3, noise, names[i]);
    }
  cst_store_close(&g.store);
}

/* libsoxr has vector code for x86-64 and Arm, and plain code elsewhere, with other bits; its variable
 * chooses between them where it has both. */
static void files_match_the_reference(void **state)
{
  static const char *const vectors[] = {"1", "0"};
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    setenv("SOXR_USE_SIMD32", vectors[i], 1);
    check_files();
  }
  unsetenv("SOXR_USE_SIMD32");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(samples_match_the_reference, nothing_held),
      cmocka_unit_test_teardown(files_match_the_reference, nothing_held),
  };
  return cmocka_run_group_tests_name("logmel golden", tests, NULL, NULL);
}
