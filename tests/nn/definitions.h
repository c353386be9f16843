/* Layers by their definitions, in double and one value at a time; no code shared with src/nn. */
#ifndef CST_TEST_DEFINITIONS_H
#define CST_TEST_DEFINITIONS_H

#include "support/test_support.h"

#include <math.h>

static inline double *doubles_of(const float *x, size_t n)
{
  double *out = test_zeros_f64(n);
  for (size_t i = 0; i < n; i++) out[i] = (double)x[i];
  return out;
}

/* A layer as a function of everything it depends on, packed into one vector. */
typedef void (*definition_fn)(const void *shape, const double *in, double *out);

/* Values of a layer against its definition. */
static inline void check_values(definition_fn f, const void *shape, const float *in, size_t n_in,
                                const float *got, size_t n_out, double tolerance)
{
  double *want = test_zeros_f64(n_out);
  f(shape, doubles_of(in, n_in), want);
  for (size_t i = 0; i < n_out; i++) assert_near((double)got[i], want[i], tolerance, "value");
}

static inline double weighted(const float *r, const double *out, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)r[i] * out[i];
  return sum;
}

/* The gradient of <r, f(in)>, computed by a layer, against central differences of the definition
 * along every axis. */
static inline void check_gradient(definition_fn f, const void *shape, const float *in, size_t n_in,
                                  const float *r, size_t n_out, const float *got, double tolerance)
{
  const double step = 1e-6;
  double *x = doubles_of(in, n_in), *out = test_zeros_f64(n_out);
  for (size_t i = 0; i < n_in; i++) {
    const double at = x[i];
    x[i] = at + step;
    f(shape, x, out);
    const double above = weighted(r, out, n_out);
    x[i] = at - step;
    f(shape, x, out);
    const double slope = (above - weighted(r, out, n_out)) / (2.0 * step);
    x[i] = at;
    if (!(fabs((double)got[i] - slope) <= tolerance * (1.0 + fabs(slope))))
      fail_msg("gradient %zu of %zu: got %.9g, want %.9g", i, n_in, (double)got[i], slope);
  }
}

static inline void define_linear(size_t n, size_t from, size_t to, const double *w, const double *b,
                                 const double *x, double *y)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < to; k++) {
      double sum = b[k];
      for (size_t j = 0; j < from; j++) sum += w[k * from + j] * x[i * from + j];
      y[i * to + k] = sum;
    }
}

static inline void define_layernorm(size_t n, size_t E, const double *weight, const double *bias,
                                    const double *x, double *y)
{
  for (size_t i = 0; i < n; i++) {
    double mean = 0.0, var = 0.0;
    for (size_t e = 0; e < E; e++) mean += x[i * E + e] / (double)E;
    for (size_t e = 0; e < E; e++) var += (x[i * E + e] - mean) * (x[i * E + e] - mean) / (double)E;
    for (size_t e = 0; e < E; e++)
      y[i * E + e] = weight[e] * (x[i * E + e] - mean) / sqrt(var + 1e-5) + bias[e];
  }
}

/* weights of frame i on frame j, head h, before dropout. */
static inline double define_score(size_t E, size_t D, const double *qkv, size_t h, size_t i,
                                  size_t j)
{
  double sum = 0.0;
  for (size_t d = 0; d < D; d++) sum += qkv[i * 3 * E + h * D + d] * qkv[j * 3 * E + E + h * D + d];
  return sum / sqrt((double)D);
}

/* p: in_weight, in_bias, out_weight, out_bias; mask [heads][P][P]. */
static inline void define_attention(size_t P, size_t E, size_t heads, const double *p,
                                    const float *mask, const double *x, double *y)
{
  const size_t D = E / heads;
  double *qkv = test_zeros_f64(P * 3 * E), *context = test_zeros_f64(P * E);
  define_linear(P, E, 3 * E, p, p + 3 * E * E, x, qkv);
  for (size_t h = 0; h < heads; h++)
    for (size_t i = 0; i < P; i++) {
      double total = 0.0;
      for (size_t j = 0; j < P; j++) total += exp(define_score(E, D, qkv, h, i, j));
      for (size_t j = 0; j < P; j++) {
        const double weight =
            exp(define_score(E, D, qkv, h, i, j)) / total * (double)mask[(h * P + i) * P + j];
        for (size_t d = 0; d < D; d++)
          context[i * E + h * D + d] += weight * qkv[j * 3 * E + 2 * E + h * D + d];
      }
    }
  const double *out_weight = p + 3 * E * E + 3 * E;
  define_linear(P, E, E, out_weight, out_weight + E * E, context, y);
}

#endif
