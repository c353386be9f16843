/*
 * Philox4x32-10: key = 64 bits, counter = 128 bits.  Under a fixed key Philox permutes its
 * counters, so what tells sequences apart is chained through it as a cipher's blocks are (CBC):
 * seed and stream, then a and b.  The 128 bits that come out are the key and half of the counter.
 */
#include "cassette/random.h"

#include "cassette/elementary.h"
#include "cassette/status.h"

#include <Random123/philox.h>
#include <math.h>

static philox4x32_ctr_t permuted(philox4x32_ctr_t x)
{
  const philox4x32_key_t fixed = {{0, 0}};
  return philox4x32(x, fixed);
}

cst_random_key cst_random_key_make(uint64_t seed, cst_random_purpose purpose, uint32_t stage,
                                   uint64_t a, uint64_t b)
{
  const philox4x32_ctr_t first = {{(uint32_t)seed, (uint32_t)(seed >> 32), purpose, stage}};
  philox4x32_ctr_t x = permuted(first);
  x.v[0] ^= (uint32_t)a, x.v[1] ^= (uint32_t)(a >> 32);
  x.v[2] ^= (uint32_t)b, x.v[3] ^= (uint32_t)(b >> 32);
  x = permuted(x);
  return (cst_random_key){.key = {x.v[0], x.v[1]}, .high = {x.v[2], x.v[3]}};
}

static philox4x32_ctr_t block(const cst_random_key *k, uint64_t i)
{
  const philox4x32_key_t key = {{k->key[0], k->key[1]}};
  const philox4x32_ctr_t counter = {{(uint32_t)i, (uint32_t)(i >> 32), k->high[0], k->high[1]}};
  return philox4x32(counter, key);
}

uint32_t cst_random_u32(const cst_random_key *key, uint64_t i)
{
  return block(key, i / 4).v[i % 4];
}

/* Numbers 2i and 2i + 1 of the u32 sequence: 53 of their 64 bits. */
double cst_random_uniform(const cst_random_key *key, uint64_t i)
{
  const philox4x32_ctr_t r = block(key, i / 2);
  const uint64_t bits = (uint64_t)r.v[i % 2 * 2] << 32 | r.v[i % 2 * 2 + 1];
  return (double)(bits >> 11) * 0x1p-53;
}

double cst_random_normal(const cst_random_key *key, uint64_t i)
{
  const philox4x32_ctr_t r = block(key, i);
  const uint64_t a = (uint64_t)r.v[0] << 32 | r.v[1], b = (uint64_t)r.v[2] << 32 | r.v[3];
  const double u = ((double)(a >> 11) + 0.5) * 0x1p-53; /* in (0, 1): its logarithm is finite */
  const double angle = 6.283185307179586 * (double)(b >> 11) * 0x1p-53;
  return sqrt(-2.0 * cst_ln(u)) * cst_cos(angle);
}

void cst_random_fill_uniform(const cst_random_key *key, uint64_t first, size_t n, float *out)
{
  philox4x32_ctr_t r = {{0}};
  for (size_t j = 0; j < n; j++) {
    const uint64_t i = first + j;
    if (j == 0 || i % 4 == 0) r = block(key, i / 4);
    out[j] = (float)(r.v[i % 4] >> 8) * 0x1p-24f;
  }
}

uint32_t cst_random_below(const cst_random_key *key, uint64_t i, uint32_t n)
{
  CST_ASSERT(n >= 1);
  return (uint32_t)(cst_random_uniform(key, i) * (double)n);
}

void cst_random_permutation(const cst_random_key *key, size_t n, uint32_t *out)
{
  CST_ASSERT(n <= UINT32_MAX);
  for (size_t i = 0; i < n; i++) out[i] = (uint32_t)i;
  for (size_t i = n; i > 1; i--) {
    const uint32_t j = cst_random_below(key, i, (uint32_t)i), t = out[i - 1];
    out[i - 1] = out[j];
    out[j] = t;
  }
}
