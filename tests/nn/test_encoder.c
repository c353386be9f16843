/* Attention and the encoder layer, with and without dropout: values and every partial derivative.
 */
#include "definitions.h"
#include "encoder.h"

#include <string.h>

enum { P = 4, E = 6, HEADS = 3, F = 5 };
enum { ATTENTION = 4 * E * E + 4 * E, FED = 2 * E * F + F + E, PARAMS = ATTENTION + FED + 4 * E };
enum { INPUTS = PARAMS + P * E };

static const cst_random_key key = {.key = {5, 6}, .high = {7, 8}};

static cst_encoder encoder(double dropout)
{
  enum { W1 = ATTENTION, B1 = W1 + F * E, W2 = B1 + F, B2 = W2 + E * F, NORM = B2 + E };
  return (cst_encoder){.attention = {.P = P,
                                     .E = E,
                                     .heads = HEADS,
                                     .dropout = dropout,
                                     .in_weight = 0,
                                     .in_bias = 3 * E * E,
                                     .out_weight = 3 * E * E + 3 * E,
                                     .out_bias = 4 * E * E + 3 * E},
                       .F = F,
                       .weight1 = W1,
                       .bias1 = B1,
                       .weight2 = W2,
                       .bias2 = B2,
                       .norm1_weight = NORM,
                       .norm1_bias = NORM + E,
                       .norm2_weight = NORM + 2 * E,
                       .norm2_bias = NORM + 3 * E};
}

/* The masks of the four places, made as the layer makes them. */
typedef struct {
  float attention[HEADS * P * P], projected[P * E], hidden[P * F], fed[P * E];
} masks;

static masks masks_of(double p)
{
  masks m;
  cst_dropout_mask(&key, CST_DROP_ATTENTION, p, HEADS * P * P, m.attention);
  cst_dropout_mask(&key, CST_DROP_PROJECTED, p, P * E, m.projected);
  cst_dropout_mask(&key, CST_DROP_HIDDEN, p, P * F, m.hidden);
  cst_dropout_mask(&key, CST_DROP_FED, p, P * E, m.fed);
  return m;
}

static void definition(const void *shape, const double *in, double *out)
{
  const masks *m = shape;
  const double *x = in + PARAMS, *w1 = in + ATTENTION, *w2 = w1 + F * E + F;
  const double *norm = in + ATTENTION + FED;
  double sum[P * E], x1[P * E], hidden[P * F];

  define_attention(P, E, HEADS, in, m->attention, x, sum);
  for (size_t i = 0; i < P * E; i++) sum[i] = x[i] + sum[i] * (double)m->projected[i];
  define_layernorm(P, E, norm, norm + E, sum, x1);
  define_linear(P, E, F, w1, w1 + F * E, x1, hidden);
  for (size_t i = 0; i < P * F; i++) hidden[i] = fmax(hidden[i], 0.0) * (double)m->hidden[i];
  define_linear(P, F, E, w2, w2 + E * F, hidden, sum);
  for (size_t i = 0; i < P * E; i++) sum[i] = x1[i] + sum[i] * (double)m->fed[i];
  define_layernorm(P, E, norm + 2 * E, norm + 3 * E, sum, out);
}

static void check_encoder(double dropout)
{
  const cst_encoder layer = encoder(dropout);
  const masks m = masks_of(dropout);
  const float *in = test_random(1, INPUTS), *r = test_random(2, P * E);
  cst_encoder_saved saved;
  float *buffer = test_zeros(cst_encoder_place(&layer, NULL, &saved));
  float *work = test_zeros(cst_encoder_work_floats(&layer));
  float *y = test_zeros(P * E), *gradient = test_zeros(INPUTS);

  cst_encoder_place(&layer, buffer, &saved);
  cst_encoder_forward(&layer, in, &key, in + PARAMS, &saved, y, work);
  check_values(definition, &m, in, INPUTS, y, P * E, 1e-5);
  cst_encoder_backward(&layer, in, in + PARAMS, &saved, r, gradient, gradient + PARAMS, work);
  check_gradient(definition, &m, in, INPUTS, r, P * E, gradient, 5e-5);
}

static void encoder_matches_definition(void **state)
{
  (void)state;
  check_encoder(0.0);
}

static void encoder_with_dropout_matches_definition(void **state)
{
  (void)state;
  check_encoder(0.4);
}

/* Attention by itself: its weights are gradients nobody else covers at this size. */
static void attention_definition(const void *shape, const double *in, double *out)
{
  define_attention(P, E, HEADS, in, shape, in + ATTENTION, out);
}

static void attention_matches_definition(void **state)
{
  enum { ALL = ATTENTION + P * E };
  const cst_attention layer = encoder(0.3).attention;
  const masks m = masks_of(0.3);
  const float *in = test_random(3, ALL), *r = test_random(4, P * E);
  const cst_attention_saved saved = {.qkv = test_zeros(P * 3 * E),
                                     .weights = test_zeros(HEADS * P * P),
                                     .mask = test_zeros(HEADS * P * P),
                                     .context = test_zeros(P * E)};
  float *work = test_zeros(cst_attention_work_floats(&layer));
  float *y = test_zeros(P * E), *gradient = test_zeros(ALL);
  (void)state;

  cst_attention_forward(&layer, in, &key, in + ATTENTION, &saved, y, work);
  check_values(attention_definition, m.attention, in, ALL, y, P * E, 1e-6);
  cst_attention_backward(&layer, in, in + ATTENTION, &saved, r, gradient, gradient + ATTENTION,
                         work);
  check_gradient(attention_definition, m.attention, in, ALL, r, P * E, gradient, 1e-5);
}

/* Scores of 1e4: an exponential without the shift would overflow. */
static void attention_survives_large_scores(void **state)
{
  const cst_attention layer = encoder(0.0).attention;
  float *in = test_random(3, ATTENTION + P * E);
  const cst_attention_saved saved = {.qkv = test_zeros(P * 3 * E),
                                     .weights = test_zeros(HEADS * P * P),
                                     .mask = test_zeros(HEADS * P * P),
                                     .context = test_zeros(P * E)};
  float *work = test_zeros(cst_attention_work_floats(&layer)), *y = test_zeros(P * E);
  (void)state;
  for (size_t i = 0; i < P * E; i++) in[ATTENTION + i] *= 300.0f;
  cst_attention_forward(&layer, in, NULL, in + ATTENTION, &saved, y, work);
  for (size_t row = 0; row < HEADS * P; row++) {
    double sum = 0.0;
    for (size_t j = 0; j < P; j++) sum += (double)saved.weights[row * P + j];
    assert_near(sum, 1.0, 1e-6, "weights of a frame");
  }
}

static void masks_keep_the_mean_and_differ_between_places(void **state)
{
  enum { N = 40000 };
  float *a = test_zeros(N), *b = test_zeros(N), *ones = test_zeros(N);
  double sum = 0.0;
  size_t same = 0;
  (void)state;
  cst_dropout_mask(&key, CST_DROP_HIDDEN, 0.25, N, a);
  cst_dropout_mask(&key, CST_DROP_FED, 0.25, N, b);
  cst_dropout_mask(NULL, CST_DROP_FED, 0.25, N, ones);
  for (size_t i = 0; i < N; i++) {
    assert_true(a[i] == 0.0f || a[i] == (float)(1.0 / 0.75));
    assert_true(ones[i] == 1.0f);
    sum += (double)a[i] / N;
    same += a[i] == b[i];
  }
  assert_near(sum, 1.0, 0.01, "mean");       /* five standard deviations: 0.0144 / (1 + 1) */
  assert_in_range(same, N * 0.60, N * 0.65); /* 0.75^2 + 0.25^2 = 0.625 */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(attention_matches_definition, test_release),
      cmocka_unit_test_teardown(attention_survives_large_scores, test_release),
      cmocka_unit_test_teardown(encoder_matches_definition, test_release),
      cmocka_unit_test_teardown(encoder_with_dropout_matches_definition, test_release),
      cmocka_unit_test_teardown(masks_keep_the_mean_and_differ_between_places, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
