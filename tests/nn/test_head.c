/* Where the maximum over frames sends its gradient: to the first of equal frames, as in PyTorch. */
#include "definitions.h"
#include "head.h"

#include <string.h>

enum { P = 3, E = 4, F = 2, K = 2 };
enum { ATTENTION = 4 * E * E + 4 * E, NORM = ATTENTION + 2 * E * F + F + E, FC = NORM + 4 * E };
enum { PARAMS = FC + K * E + K };

/* Without attention and feed-forward, a frame of the encoder's output depends on that of its input
 * alone. */
static const cst_head head = {.pool = {.H = P, .W = 1, .C = E, .P = P},
                              .layers = 1,
                              .encoder = {{.attention = {.P = P,
                                                         .E = E,
                                                         .heads = 2,
                                                         .in_bias = 3 * E * E,
                                                         .out_weight = 3 * E * E + 3 * E,
                                                         .out_bias = 4 * E * E + 3 * E},
                                           .F = F,
                                           .weight1 = ATTENTION,
                                           .bias1 = ATTENTION + F * E,
                                           .weight2 = ATTENTION + F * E + F,
                                           .bias2 = ATTENTION + 2 * F * E + F,
                                           .norm1_weight = NORM,
                                           .norm1_bias = NORM + E,
                                           .norm2_weight = NORM + 2 * E,
                                           .norm2_bias = NORM + 3 * E}},
                              .K = K,
                              .fc_weight = FC,
                              .fc_bias = FC + K * E};

typedef struct {
  float *params, *gradient, *work;
  cst_head_clip clip;
} fixture;

static fixture make(void)
{
  fixture f = {.params = test_zeros(PARAMS),
               .gradient = test_zeros(PARAMS),
               .work = test_zeros(cst_head_work_floats(&head)),
               .clip = {.frames = {test_zeros(P * E), test_zeros(P * E)},
                        .maxed = test_zeros(E),
                        .mask = test_zeros(E),
                        .dpooled = test_zeros(P * E)}};
  const float *random = test_random(1, K * E);
  for (size_t e = 0; e < E; e++) f.params[NORM + e] = f.params[NORM + 2 * E + e] = 1.0f;
  for (size_t i = 0; i < K * E; i++) f.params[FC + i] = random[i];
  const size_t saved = cst_encoder_place(&head.encoder[0], NULL, &f.clip.encoder[0]);
  cst_encoder_place(&head.encoder[0], test_zeros(saved), &f.clip.encoder[0]);
  return f;
}

static bool row_is_zero(const float *row)
{
  for (size_t e = 0; e < E; e++)
    if (row[e] != 0.0f) return false;
  return true;
}

static void equal_frames_give_the_gradient_to_the_first(void **state)
{
  fixture f = make();
  const float frame[E] = {1.0f, 2.0f, -1.0f, 0.5f}, dlogits[K] = {0.3f, -0.3f};
  float x[P * E], logits[K];
  (void)state;
  for (size_t i = 0; i < P * E; i++) x[i] = frame[i % E];
  cst_head_forward(&head, f.params, NULL, x, &f.clip, logits, NULL, f.work);
  cst_head_backward(&head, f.params, dlogits, NULL, &f.clip, f.gradient, f.work);
  assert_false(row_is_zero(f.clip.dpooled));
  assert_true(row_is_zero(f.clip.dpooled + E) && row_is_zero(f.clip.dpooled + 2 * E));
}

static void nan_reaches_the_logits(void **state)
{
  fixture f = make();
  float x[P * E], logits[K] = {0.0f};
  (void)state;
  for (size_t i = 0; i < P * E; i++) x[i] = (float)i;
  x[2 * E + 1] = NAN;
  cst_head_forward(&head, f.params, NULL, x, &f.clip, logits, NULL, f.work);
  assert_true(isnan(logits[0]) && isnan(logits[1]));
}

/* ---- without encoder layers, by its definition: adaptive mean, maximum or mean over frames, linear ---- */

enum { ROWS = 7, COLUMNS = 2, INPUTS = K * E + K + ROWS * COLUMNS * E };

static cst_head bare(cst_aggregate aggregate)
{
  return (cst_head){.pool = {.H = ROWS, .W = COLUMNS, .C = E, .P = P},
                    .aggregate = aggregate,
                    .K = K,
                    .fc_weight = 0,
                    .fc_bias = K * E};
}

static double pooled(const double *x, size_t p, size_t e)
{
  const size_t first = p * ROWS / P, end = ((p + 1) * ROWS + P - 1) / P;
  double sum = 0.0;
  for (size_t i = first * COLUMNS; i < end * COLUMNS; i++) sum += x[i * E + e];
  return sum / (double)((end - first) * COLUMNS);
}

/* in: fc weight, bias, x */
static void define_bare(const void *shape, const double *in, double *out)
{
  const cst_head *h = shape;
  double joined[E];
  for (size_t e = 0; e < E; e++) {
    double max = -INFINITY, sum = 0.0;
    for (size_t p = 0; p < P; p++) {
      const double v = pooled(in + K * E + K, p, e);
      max = fmax(max, v);
      sum += v / P;
    }
    joined[e] = h->aggregate == CST_AGGREGATE_MAX ? max : sum;
  }
  for (size_t k = 0; k < K; k++) {
    out[k] = in[K * E + k];
    for (size_t e = 0; e < E; e++) out[k] += in[k * E + e] * joined[e];
  }
}

static void check_bare(cst_aggregate aggregate)
{
  const cst_head h = bare(aggregate);
  const float *in = test_random(5, INPUTS), *r = test_random(6, K);
  float *gradient = test_zeros(INPUTS), *work = test_zeros(cst_head_work_floats(&h)), logits[K];
  const cst_head_clip clip = {.frames = {test_zeros(P * E)},
                              .maxed = test_zeros(E),
                              .mask = test_zeros(E),
                              .dpooled = test_zeros(P * E)};
  cst_head_forward(&h, in, NULL, in + K * E + K, &clip, logits, NULL, work);
  check_values(define_bare, &h, in, INPUTS, logits, K, 1e-6);
  cst_head_backward(&h, in, r, NULL, &clip, gradient, work);
  cst_pool_backward(&h.pool, clip.dpooled, gradient + K * E + K);
  check_gradient(define_bare, &h, in, INPUTS, r, K, gradient, 2e-5);
}

static void without_encoder_it_matches_its_definition(void **state)
{
  (void)state;
  check_bare(CST_AGGREGATE_MAX);
  check_bare(CST_AGGREGATE_MEAN);
}

/* What is dropped is no input of the final layer, and what is kept is larger by what was dropped. */
static void dropout_before_the_final_layer(void **state)
{
  cst_head h = bare(CST_AGGREGATE_MEAN);
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_DROPOUT, 0, 0, 3);
  const float *in = test_random(7, INPUTS), dlogits[K] = {1.0f, -0.5f};
  float *gradient = test_zeros(INPUTS), *work = test_zeros(cst_head_work_floats(&h)), logits[K];
  float whole[E];
  const cst_head_clip clip = {.frames = {test_zeros(P * E)},
                              .maxed = test_zeros(E),
                              .mask = test_zeros(E),
                              .dpooled = test_zeros(P * E)};
  (void)state;
  cst_head_forward(&h, in, NULL, in + K * E + K, &clip, logits, NULL, work);
  memcpy(whole, clip.maxed, sizeof whole);
  h.dropout = 0.5;
  cst_head_forward(&h, in, &key, in + K * E + K, &clip, logits, NULL, work);
  cst_head_backward(&h, in, dlogits, NULL, &clip, gradient, work);
  size_t dropped = 0;
  for (size_t e = 0; e < E; e++) {
    const bool out = clip.mask[e] == 0.0f;
    dropped += out;
    assert_true(clip.maxed[e] == (out ? 0.0f : 2.0f * whole[e]));
    assert_int_equal(clip.dpooled[e] == 0.0f, out);
  }
  assert_in_range(dropped, 1, E - 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(equal_frames_give_the_gradient_to_the_first, test_release),
      cmocka_unit_test_teardown(without_encoder_it_matches_its_definition, test_release),
      cmocka_unit_test_teardown(dropout_before_the_final_layer, test_release),
      cmocka_unit_test_teardown(nan_reaches_the_logits, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
