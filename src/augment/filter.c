/*
 * FilterAugment (Nam et al., ICASSP 2022, arXiv 2110.03282): the mel axis is cut into 3 to 6 bands,
 * each a twelfth of it wide at least, at places drawn evenly; a gain is drawn for each band (step) or
 * for each cut and both ends, with straight lines between (linear).
 *
 * Responses of recorders are gains of bands likewise, one for all frames (band_gains.h).
 */
#include "transforms.h"

enum { FEWEST = 3, MOST = 6 };

typedef struct {
  size_t n;              /* bands */
  size_t edge[MOST + 1]; /* band k is edge[k] <= m < edge[k + 1] */
} cuts;

static void sort(size_t n, size_t *x)
{
  for (size_t i = 1; i < n; i++)
    for (size_t k = i; k > 0 && x[k] < x[k - 1]; k--) {
      const size_t larger = x[k - 1];
      x[k - 1] = x[k];
      x[k] = larger;
    }
}

static cuts draw_cuts(transform_call *call, size_t M)
{
  cuts c = {.n = FEWEST + draw_up_to(&call->draw, MOST - FEWEST)};
  if (c.n > M) c.n = M;
  const size_t narrowest = M / (2 * MOST) ? M / (2 * MOST) : 1;
  for (size_t k = 1; k < c.n; k++) c.edge[k] = draw_up_to(&call->draw, M - c.n * narrowest);
  sort(c.n - 1, c.edge + 1);
  for (size_t k = 1; k < c.n; k++) c.edge[k] += k * narrowest;
  c.edge[c.n] = M;
  return c;
}

static void add_gains(const cst_view_context *context, const float *gain_db, float *x)
{
  for (size_t t = 0; t < context->T; t++)
    for (size_t m = 0; m < context->M; m++) x[t * context->M + m] += gain_db[m];
}

void respond(transform_call *call, float *x)
{
  const cst_view_context *context = call->context;
  if (context->n_responses == 0) return;
  const size_t which = draw_up_to(&call->draw, context->n_responses - 1);
  const double share = draw_between(&call->draw, call->how->low, call->how->high);
  for (size_t m = 0; m < context->M; m++)
    context->scratch[m] = (float)(share * (double)context->responses[which * context->M + m]);
  add_gains(context, context->scratch, x);
}

/* Gains from @p left to @p right over band @p k, to out [M]. */
static void set_band(const cuts *c, size_t k, double left, double right, float *out)
{
  const size_t first = c->edge[k], width = c->edge[k + 1] - first;
  for (size_t i = 0; i < width; i++)
    out[first + i] = (float)(left + (right - left) * ((double)i / (double)width));
}

void filter_step(transform_call *call, float *x)
{
  const cuts c = draw_cuts(call, call->context->M);
  for (size_t k = 0; k < c.n; k++) {
    const double gain_db = draw_between(&call->draw, call->how->low, call->how->high);
    set_band(&c, k, gain_db, gain_db, call->context->scratch);
  }
  add_gains(call->context, call->context->scratch, x);
}

void filter_linear(transform_call *call, float *x)
{
  const cuts c = draw_cuts(call, call->context->M);
  double left = draw_between(&call->draw, call->how->low, call->how->high);
  for (size_t k = 0; k < c.n; k++) {
    const double right = draw_between(&call->draw, call->how->low, call->how->high);
    set_band(&c, k, left, right, call->context->scratch);
    left = right;
  }
  add_gains(call->context, call->context->scratch, x);
}
