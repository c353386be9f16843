/* Contract in cassette/numerics.h. */
#include "cassette/numerics.h"

#include "cassette/adam.h"
#include "cassette/clip.h"
#include "cassette/elementary.h"
#include "cassette/gemm.h"
#include "cassette/logmel.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/model.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

const char *cst_numerics_part_name(cst_numerics_part part)
{
  static const char *const name[CST_ARITHMETIC_PARTS] = {"functions", "matrix products", "network",
                                                         "features", "resampling"};
  return name[part];
}

/* The same on x86-64 with AVX-512, with AVX2 and with neither, and on 64-bit Arm; resampling:
 * libsoxr 0.1.3 on x86-64. */
static const char *const everywhere[CST_ARITHMETIC_PARTS] = {
    "ce246f68f79e0308858999b6ce129e83", "0a241d56f004ef53685d8752c9d9cbd0",
    "bed1f9f67108b2a302ad9349cd6ac6c3", "985077fe223566b1bda8e636278e7036",
    "3d47a357b2263ce4e9eede28c5456ceb"};

const char *cst_numerics_machines(const cst_numerics *self)
{
  for (int i = 0; i < CST_ARITHMETIC_PARTS; i++) {
    if (strcmp(self->part[i], everywhere[i]) == 0) continue;
    return i == CST_ARITHMETIC_RESAMPLING
               ? "all; features of recordings that are resampled only with this libsoxr"
               : "those with these numerics only";
  }
  return "all";
}

/* @p n numbers in [low, high), the same everywhere: they are exact but for one rounding each. */
static cst_status numbers(uint64_t which, size_t n, float low, float high, float **out)
{
  cst_status st = CST_OK;
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 1, which, 0);
  float *x = NULL;
  CST_ALLOC(x, n);
  cst_random_fill_uniform(&key, 0, n, x);
  for (size_t i = 0; i < n; i++) x[i] = low + (high - low) * x[i];
done:
  *out = x;
  return st;
}

static cst_status functions(cst_digest *digest)
{
  enum { ARGUMENTS = 512 };
  cst_status st = CST_OK;
  float *x = NULL;
  CST_TRY(numbers(1, ARGUMENTS, -12.0f, 12.0f, &x));
  for (size_t i = 0; i < ARGUMENTS; i++) {
    const double a = (double)x[i], size = fabs(a) + 1e-9;
    const double y[] = {cst_exp(a), cst_ln(size), cst_pow(size, 1.0 / 3.0), cst_sin(a), cst_cos(a)};
    cst_digest_add(digest, y, sizeof y);
  }
done:
  cst_free(x);
  return st;
}

/* Around the sizes at which kernels change, and those of the paper's network. */
static cst_status products(cst_digest *digest)
{
  static const size_t shapes[][3] = {{1, 7, 5},     {3, 16, 9},     {16, 16, 16},  {17, 33, 65},
                                     {10, 10, 128}, {16, 384, 128}, {16, 32, 128}, {16, 128, 32},
                                     {64, 64, 64},  {128, 72, 100}, {65, 130, 257}};
  enum { LARGEST = 65 * 257 + 384 * 128 };
  cst_status st = CST_OK;
  float *a = NULL, *b = NULL, *c = NULL;
  CST_TRY(numbers(2, LARGEST, -1.0f, 1.0f, &a));
  CST_TRY(numbers(3, LARGEST, -1.0f, 1.0f, &b));
  CST_ALLOC(c, LARGEST);
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (int t = CST_NN; t <= CST_TN; t++) {
      const size_t *s = shapes[i];
      cst_gemm((cst_transpose)t, s[0], s[1], s[2], a, b, false, c);
      cst_digest_add(digest, c, s[0] * s[1] * sizeof *c);
    }
done:
  cst_free(a);
  cst_free(b);
  cst_free(c);
  return st;
}

/* A small SE-Trans whose convolutions take the vector kernels. */
typedef struct {
  cst_model *model;
  cst_weights weights;
  cst_exact *sum;
  float *features, *gradient, *m, *v;
} small_network;

enum { CLIPS = 2, CLASSES = 3, FRAMES = 24, BINS = 16 };

static cst_status make_network(small_network *self)
{
  cst_status st = CST_OK;
  cst_model_spec spec;
  cst_model_defaults(&spec);
  spec.frames = FRAMES;
  spec.bins = BINS;
  spec.channels[0] = spec.channels[1] = 16;
  spec.reduction = spec.pooled_frames = 4;
  spec.heads = 2;
  spec.feedforward = 8;
  spec.classes = CLASSES;
  CST_TRY(cst_model_create(&spec, cst_comm_self(), CLIPS, 1, &self->model));
  CST_TRY(cst_weights_create(self->model, &self->weights));
  cst_model_init(self->model, 1, 1, &self->weights);
  const size_t floats = cst_model_params(self->model)->floats;
  CST_TRY(cst_exact_create(floats, &self->sum));
  CST_TRY(numbers(4, CLIPS * FRAMES * BINS, -80.0f, 0.0f, &self->features));
  CST_ALLOC(self->gradient, floats);
  CST_ALLOC(self->m, floats);
  CST_ALLOC(self->v, floats);
done:
  return st;
}

static void reset_network(small_network *self)
{
  cst_weights_reset(&self->weights);
  cst_exact_destroy(&self->sum);
  cst_model_destroy(&self->model);
  cst_free(self->features);
  cst_free(self->gradient);
  cst_free(self->m);
  cst_free(self->v);
}

static cst_status network(cst_digest *digest)
{
  cst_status st = CST_OK;
  small_network self = {0};
  float logits[CLIPS * CLASSES], dlogits[CLIPS * CLASSES];
  size_t bad;
  CST_TRY(make_network(&self));
  const size_t floats = cst_model_params(self.model)->floats;
  const float *rows[CLIPS] = {self.features, self.features + FRAMES * BINS};
  const cst_model_batch batch = {.clips = CLIPS, .global_clips = CLIPS, .features = rows};
  cst_model_forward(self.model, &self.weights, &batch, logits);
  for (size_t i = 0; i < CLIPS; i++) {
    const double loss =
        cst_cross_entropy_hard(CLASSES, logits + i * CLASSES, i, 0.5, dlogits + i * CLASSES);
    cst_digest_add(digest, &loss, sizeof loss);
  }
  cst_model_backward(self.model, &self.weights, &batch, dlogits, self.sum);
  cst_exact_total_f32(self.sum, cst_comm_self(), self.gradient, &bad);
  const cst_adam adam = cst_adam_defaults();
  cst_adam_step(&adam, 1, floats, self.gradient, self.weights.params, self.m, self.v);
  cst_digest_add(digest, self.gradient, floats * sizeof *self.gradient);
  cst_digest_add(digest, self.weights.params, floats * sizeof *self.weights.params);
  cst_model_predict(self.model, &self.weights, CLIPS, rows, NULL, logits);
  cst_digest_add(digest, logits, sizeof logits);
done:
  reset_network(&self);
  return st;
}

static cst_status features(cst_digest *digest)
{
  enum { SAMPLES = 9600, ROWS = 8 };
  cst_status st = CST_OK;
  cst_logmel_spec spec;
  cst_logmel *logmel = NULL;
  float *noise = NULL, *rows = NULL;
  cst_logmel_preset("icme2024", ROWS, &spec);
  CST_TRY(numbers(5, SAMPLES, -0.5f, 0.5f, &noise));
  CST_ALLOC(rows, spec.frames * spec.bins);
  CST_TRY(cst_logmel_create(&spec, &logmel));
  CST_TRY(cst_logmel_compute(logmel, noise, SAMPLES, rows));
  cst_digest_add(digest, rows, spec.frames * spec.bins * sizeof *rows);
done:
  cst_logmel_destroy(&logmel);
  cst_free(rows);
  cst_free(noise);
  return st;
}

static cst_status resampling(cst_digest *digest)
{
  enum { SAMPLES = 9600 };
  cst_status st = CST_OK;
  cst_resampler *resampler = NULL;
  float *noise = NULL;
  const float *resampled = NULL;
  size_t n = 0;
  CST_TRY(numbers(6, SAMPLES, -0.5f, 0.5f, &noise));
  CST_TRY(cst_resampler_create(&resampler));
  CST_TRY(cst_resample(resampler, noise, SAMPLES, 48000, 44100, &resampled, &n));
  cst_digest_add(digest, resampled, n * sizeof *resampled);
done:
  cst_resampler_destroy(&resampler);
  cst_free(noise);
  return st;
}

cst_status cst_numerics_measure(cst_numerics *out)
{
  typedef cst_status (*part_fn)(cst_digest * digest);
  static const part_fn measure[CST_ARITHMETIC_PARTS] = {functions, products, network, features,
                                                        resampling};
  cst_status st = CST_OK;
  cst_digest *digest = NULL, *all = NULL;
  *out = (cst_numerics){0};
  CST_TRY(cst_digest_create(&all));
  for (int i = 0; i < CST_ARITHMETIC_PARTS; i++) {
    CST_TRY(cst_digest_create(&digest));
    CST_TRY(measure[i](digest));
    cst_digest_hex(digest, out->part[i]);
    cst_digest_add(all, out->part[i], CST_DIGEST_HEX);
    cst_digest_destroy(&digest);
  }
  cst_digest_hex(all, out->all);
done:
  cst_digest_destroy(&digest);
  cst_digest_destroy(&all);
  return st;
}
