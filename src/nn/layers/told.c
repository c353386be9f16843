/* Contracts and formulas in told.h.  In double throughout: it is little. */
#include "told.h"

#include "cassette/elementary.h"

#include <string.h>

enum { WIDTH = CST_METADATA_WIDTH, HOUR = CST_METADATA_HOUR };

static const double TURN = 6.283185307179586476925;

size_t cst_metadata_width(const cst_metadata *self)
{
  return (self->cities > 0 ? WIDTH : 0) + (self->time ? WIDTH : 0);
}

static bool is_known(const cst_metadata *self, const float *stats, size_t city)
{
  return stats[self->known + city] > 0.5f;
}

/* Whether the clip's city is one that training knew. */
static bool knows_city(const cst_metadata *self, const float *stats, const cst_told *told)
{
  return told && told->city >= 0 && (size_t)told->city < self->cities &&
         is_known(self, stats, (size_t)told->city);
}

static double count_known(const cst_metadata *self, const float *stats)
{
  double n = 0.0;
  for (size_t c = 0; c < self->cities; c++) n += is_known(self, stats, c);
  return n;
}

static void embed_city(const cst_metadata *self, const float *params, const float *stats,
                       const cst_told *told, double *e)
{
  const float *table = params + self->city;
  const double n = count_known(self, stats);
  for (size_t j = 0; j < WIDTH; j++) {
    e[j] = 0.0;
    if (knows_city(self, stats, told)) {
      e[j] = (double)table[(size_t)told->city * WIDTH + j];
      continue;
    }
    for (size_t c = 0; c < self->cities; c++)
      if (is_known(self, stats, c)) e[j] += (double)table[c * WIDTH + j] / n;
  }
}

static void encode_hour(const cst_told *told, double x[HOUR])
{
  memset(x, 0, HOUR * sizeof *x);
  if (!told || !(told->hour >= 0.0 && told->hour < 24.0)) return;
  for (size_t k = 0; k < HOUR / 2; k++) {
    const double angle = TURN * (double)(k + 1) * told->hour / 24.0;
    x[2 * k] = cst_sin(angle);
    x[2 * k + 1] = cst_cos(angle);
  }
}

static void embed_time(const cst_metadata *self, const float *params, cst_metadata_clip *clip,
                       double *e)
{
  const float *w1 = params + self->weight1, *w2 = params + self->weight2;
  for (size_t i = 0; i < WIDTH; i++) {
    double sum = (double)params[self->bias1 + i];
    for (size_t j = 0; j < HOUR; j++) sum += (double)w1[i * HOUR + j] * clip->x[j];
    clip->hidden[i] = sum < 0.0 ? 0.0 : sum;
  }
  for (size_t i = 0; i < WIDTH; i++) {
    e[i] = (double)params[self->bias2 + i];
    for (size_t j = 0; j < WIDTH; j++) e[i] += (double)w2[i * WIDTH + j] * clip->hidden[j];
  }
}

void cst_metadata_forward(const cst_metadata *self, const float *params, const float *stats,
                          const cst_told *told, const float *bias, cst_metadata_clip *clip)
{
  const size_t width = cst_metadata_width(self);
  double *time = clip->e + (self->cities > 0 ? WIDTH : 0);
  if (self->cities > 0) embed_city(self, params, stats, told, clip->e);
  if (self->time) encode_hour(told, clip->x);
  if (self->time) embed_time(self, params, clip, time);
  for (size_t k = 0; k < self->K; k++) {
    double sum = (double)bias[k];
    for (size_t j = 0; j < width; j++) sum += (double)params[self->fc + k * width + j] * clip->e[j];
    clip->bias[k] = (float)sum;
  }
}

/* A mean gives each of its rows a share. */
static void city_backward(const cst_metadata *self, const float *stats, const cst_told *told,
                          const double *de, float *gradient)
{
  float *table = gradient + self->city;
  const double n = count_known(self, stats);
  memset(table, 0, self->cities * WIDTH * sizeof *table);
  for (size_t j = 0; j < WIDTH; j++) {
    if (knows_city(self, stats, told)) {
      table[(size_t)told->city * WIDTH + j] = (float)de[j];
      continue;
    }
    for (size_t c = 0; c < self->cities; c++)
      if (is_known(self, stats, c)) table[c * WIDTH + j] = (float)(de[j] / n);
  }
}

static void time_backward(const cst_metadata *self, const float *params,
                          const cst_metadata_clip *clip, const double *de, float *gradient)
{
  const float *w2 = params + self->weight2;
  float *dw1 = gradient + self->weight1, *dw2 = gradient + self->weight2;
  for (size_t j = 0; j < WIDTH; j++) {
    double d = 0.0;
    for (size_t i = 0; i < WIDTH; i++) {
      dw2[i * WIDTH + j] = (float)(de[i] * clip->hidden[j]);
      d += de[i] * (double)w2[i * WIDTH + j];
    }
    if (!(clip->hidden[j] > 0.0)) d = 0.0;
    gradient[self->bias1 + j] = (float)d;
    gradient[self->bias2 + j] = (float)de[j];
    for (size_t i = 0; i < HOUR; i++) dw1[j * HOUR + i] = (float)(d * clip->x[i]);
  }
}

void cst_metadata_backward(const cst_metadata *self, const float *params, const float *stats,
                           const cst_told *told, const cst_metadata_clip *clip,
                           const float *dlogits, float *gradient)
{
  const size_t width = cst_metadata_width(self);
  double de[2 * WIDTH] = {0.0};
  for (size_t k = 0; k < self->K; k++)
    for (size_t j = 0; j < width; j++) {
      const size_t at = self->fc + k * width + j;
      gradient[at] = (float)((double)dlogits[k] * clip->e[j]);
      de[j] += (double)dlogits[k] * (double)params[at];
    }
  if (self->cities > 0) city_backward(self, stats, told, de, gradient);
  if (self->time) time_backward(self, params, clip, de + (self->cities > 0 ? WIDTH : 0), gradient);
}
