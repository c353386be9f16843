/* City and time beside the clip's vector: values and gradients against the definition in double. */
#include "definitions.h"
#include "told.h"

#include <string.h>

enum { CITIES = 3, K = 4, W = CST_METADATA_WIDTH, H = CST_METADATA_HOUR };
enum { CITY = 0, W1 = CITIES * W, B1 = W1 + W * H, W2 = B1 + W, B2 = W2 + W * W, FC = B2 + W };

/* A layer, what it is told, and who is known; parameters in one vector, the final layer's bias last. */
typedef struct {
  cst_metadata layer;
  const float *known;
  cst_told told;
} shape;

static size_t bias_at(const shape *s) { return FC + K * cst_metadata_width(&s->layer); }

static shape make(bool city, bool time, const float *known, cst_told told)
{
  return (shape){{.cities = city ? CITIES : 0,
                  .time = time,
                  .K = K,
                  .city = CITY,
                  .weight1 = W1,
                  .bias1 = B1,
                  .weight2 = W2,
                  .bias2 = B2,
                  .fc = FC},
                 known,
                 told};
}

static void define_city(const shape *s, const double *in, double *e)
{
  const int city = s->told.city;
  double n = 0.0;
  for (size_t c = 0; c < CITIES; c++) n += s->known[c] > 0.0f;
  for (size_t j = 0; j < W; j++) {
    double mean = 0.0;
    for (size_t c = 0; c < CITIES; c++)
      if (s->known[c] > 0.0f) mean += in[CITY + c * W + j];
    e[j] = city >= 0 && city < CITIES && s->known[city] > 0.0f ? in[CITY + (size_t)city * W + j]
           : n > 0.0                                           ? mean / n
                                                               : 0.0;
  }
}

static void define_time(const shape *s, const double *in, double *e)
{
  double x[H] = {0.0}, hidden[W];
  for (size_t k = 1; k <= 4 && !isnan(s->told.hour); k++) {
    x[2 * k - 2] = sin(2.0 * acos(-1.0) * (double)k * s->told.hour / 24.0);
    x[2 * k - 1] = cos(2.0 * acos(-1.0) * (double)k * s->told.hour / 24.0);
  }
  define_linear(1, H, W, in + W1, in + B1, x, hidden);
  for (size_t i = 0; i < W; i++) hidden[i] = fmax(hidden[i], 0.0);
  define_linear(1, W, W, in + W2, in + B2, hidden, e);
}

static void define(const void *context, const double *in, double *out)
{
  const shape *s = context;
  double e[2 * W], *next = e;
  if (s->layer.cities > 0) {
    define_city(s, in, next);
    next += W;
  }
  if (s->layer.time) {
    define_time(s, in, next);
    next += W;
  }
  define_linear(1, (size_t)(next - e), K, in + FC, in + bias_at(s), e, out);
}

static void check_one(const shape *s, uint32_t seed)
{
  const size_t n = bias_at(s) + K;
  const float *in = test_random(seed, n), *r = test_random(seed + 100, K);
  float *gradient = test_zeros(n), bias[K];
  cst_metadata_clip clip = {.bias = bias};
  cst_metadata_forward(&s->layer, in, s->known, &s->told, in + bias_at(s), &clip);
  check_values(define, s, in, n, bias, K, 1e-6);
  cst_metadata_backward(&s->layer, in, s->known, &s->told, &clip, r, gradient);
  memcpy(gradient + bias_at(s), r, K * sizeof *r);
  check_gradient(define, s, in, n, r, K, gradient, 1e-6);
}

static const float all[CITIES] = {1.0f, 1.0f, 1.0f}, some[CITIES] = {1.0f, 0.0f, 1.0f},
                   none[CITIES] = {0.0f};

static void it_matches_its_definition(void **state)
{
  const struct {
    const float *known;
    cst_told told;
  } cases[] = {{all, {1, 13.25}}, {all, {-1, 0.0}},    {some, {0, 23.99}}, {some, {1, NAN}},
               {some, {3, 6.0}},  {some, {1000, NAN}}, {none, {0, 12.0}}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (unsigned what = 1; what < 4; what++) {
      const shape s = make(what & 1, what & 2, cases[i].known, cases[i].told);
      check_one(&s, (uint32_t)(4 * i + what));
    }
}

static void who_is_told_nothing_hears_of_no_city_and_no_hour(void **state)
{
  const shape s = make(true, true, some, (cst_told){-1, NAN});
  const float *in = test_random(50, bias_at(&s) + K);
  float with[K], without[K];
  cst_metadata_clip clip = {.bias = with}, untold = {.bias = without};
  (void)state;
  cst_metadata_forward(&s.layer, in, some, &s.told, in + bias_at(&s), &clip);
  cst_metadata_forward(&s.layer, in, some, NULL, in + bias_at(&s), &untold);
  assert_memory_equal(with, without, sizeof with);
  for (size_t i = 0; i < H; i++) assert_true(untold.x[i] == 0.0);
}

static void days_go_round(void **state)
{
  const shape s = make(false, true, none, (cst_told){-1, 0.0});
  const float *in = test_random(51, bias_at(&s) + K);
  float bias[3][K];
  const double hours[] = {0.0, 24.0 - 1e-9, 24.0};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    cst_metadata_clip clip = {.bias = bias[i]};
    cst_metadata_forward(&s.layer, in, none, &(cst_told){-1, hours[i]}, in + bias_at(&s), &clip);
  }
  for (size_t k = 0; k < K; k++) {
    assert_near((double)bias[1][k], (double)bias[0][k], 1e-5, "midnight");
    assert_true(bias[2][k] != bias[0][k]); /* no hour of a day: unknown */
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(it_matches_its_definition, test_release),
      cmocka_unit_test_teardown(who_is_told_nothing_hears_of_no_city_and_no_hour, test_release),
      cmocka_unit_test_teardown(days_go_round, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
