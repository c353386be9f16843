/* Contract in dropout.h. */
#include "dropout.h"

void cst_dropout_mask(const cst_random_key *key, unsigned site, double p, size_t n, float *mask)
{
  const float keep = (float)(1.0 / (1.0 - p)), threshold = (float)p;
  if (!key || p == 0.0) {
    for (size_t i = 0; i < n; i++) mask[i] = 1.0f;
    return;
  }
  cst_random_fill_uniform(key, (uint64_t)site << 32, n, mask);
  for (size_t i = 0; i < n; i++) mask[i] = mask[i] < threshold ? 0.0f : keep;
}

void cst_dropout_apply(size_t n, const float *mask, float *x)
{
  for (size_t i = 0; i < n; i++) x[i] *= mask[i];
}
