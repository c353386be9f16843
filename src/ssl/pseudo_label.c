/* Contract in cassette/pseudo_label.h. */
#include "cassette/pseudo_label.h"

#include "cassette/status.h"

void cst_pseudo_label_one_shot(size_t n, size_t K, const float *p, const uint32_t *clips,
                               int8_t *label, float *confidence)
{
  CST_ASSERT(K <= CST_PSEUDO_CLASSES_MAX);
  for (size_t i = 0; i < n; i++, p += K) {
    size_t best = 0;
    for (size_t k = 1; k < K; k++)
      if (p[k] > p[best]) best = k;
    label[clips[i]] = (int8_t)best;
    confidence[clips[i]] = p[best];
  }
}
