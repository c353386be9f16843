/* Contract in cassette/opinions.h. */
#include "cassette/opinions.h"

#include "cassette/elementary.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

static const double SMALLEST = 1e-12;

double cst_opinion_log(double p) { return cst_ln(p > SMALLEST ? p : SMALLEST); }

void cst_opinion_normalise(size_t K, double *z)
{
  double greatest = -INFINITY, sum = 0.0;
  for (size_t k = 0; k < K; k++) greatest = z[k] > greatest ? z[k] : greatest;
  for (size_t k = 0; k < K; k++) sum += z[k] = cst_exp(z[k] - greatest);
  for (size_t k = 0; k < K; k++) z[k] /= sum;
}

void cst_opinion_temper(size_t K, double temperature, const double *p, double *q)
{
  for (size_t k = 0; k < K; k++) q[k] = cst_opinion_log(p[k]) / temperature;
  cst_opinion_normalise(K, q);
}

cst_status cst_opinions_of_sessions(size_t n, size_t K, const int *session, const double *p,
                                    double *out)
{
  cst_status st = CST_OK;
  int sessions = 0;
  double *z = NULL;
  size_t *clips = NULL;
  for (size_t i = 0; i < n; i++) sessions = session[i] >= sessions ? session[i] + 1 : sessions;
  CST_ALLOC(z, cst_product((size_t)sessions, K));
  CST_ALLOC(clips, sessions);
  for (size_t i = 0; i < n; i++) {
    if (session[i] < 0) continue;
    clips[session[i]]++;
    for (size_t k = 0; k < K; k++) z[(size_t)session[i] * K + k] += cst_opinion_log(p[i * K + k]);
  }
  for (size_t s = 0; s < (size_t)sessions; s++) {
    for (size_t k = 0; k < K && clips[s]; k++) z[s * K + k] /= (double)clips[s];
    if (clips[s]) cst_opinion_normalise(K, z + s * K);
  }
  for (size_t i = 0; i < n; i++) /* one voice stays itself, to the bit */
    memcpy(out + i * K,
           session[i] < 0 || clips[session[i]] == 1 ? p + i * K : z + (size_t)session[i] * K,
           K * sizeof *out);
done:
  cst_free(z);
  cst_free(clips);
  return st;
}
