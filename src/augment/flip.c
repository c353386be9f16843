/* The four flips of a spectrogram.  Contract in cassette/augment.h. */
#include "draw.h"

#include "cassette/augment.h"

int cst_augment_draw_flip(const cst_random_key *key)
{
  draws d = draws_at(key, DRAW_FLIP);
  return (int)draw_up_to(&d, CST_FLIPS - 1);
}

static void swap(float *a, float *b)
{
  const float kept = *a;
  *a = *b;
  *b = kept;
}

static void reverse_time(size_t T, size_t M, float *x)
{
  for (size_t t = 0; t < T / 2; t++)
    for (size_t m = 0; m < M; m++) swap(&x[t * M + m], &x[(T - 1 - t) * M + m]);
}

static void reverse_bins(size_t T, size_t M, float *x)
{
  for (size_t t = 0; t < T; t++)
    for (size_t m = 0; m < M / 2; m++) swap(&x[t * M + m], &x[t * M + M - 1 - m]);
}

void cst_augment_flip(int flip, size_t T, size_t M, float *x)
{
  if (flip & 1) reverse_time(T, M, x);
  if (flip & 2) reverse_bins(T, M, x);
}
