/*
 * Philox4x32-10: key = 64 bits, counter = 128 bits.  The seed and the stream make the key, mixed so
 * that neighbouring seeds share nothing; a, b and the index make the counter.
 */
#include "cassette/random.h"

#include "cassette/status.h"

#include <Random123/philox.h>
#include <math.h>

cst_random_key cst_random_key_make(uint64_t seed, cst_random_purpose purpose, uint32_t stage,
                                   uint64_t a, uint64_t b)
{
  CST_ASSERT(stage < 1u << 24);
  return (cst_random_key){.seed = seed, .stream = stage << 8 | (uint32_t)purpose, .a = a, .b = b};
}

/* a, b and the block index are 64 bits each but the counter has 128: a and b are first hashed by
 * one Philox call under a key of their own, which leaves 64 bits for the index. */
typedef struct {
  philox4x32_key_t key;
  uint32_t high[2];
} stream;

static stream stream_of(const cst_random_key *k)
{
  const philox4x32_key_t outer = {{(uint32_t)k->seed, (uint32_t)(k->seed >> 32)}};
  const philox4x32_ctr_t ab = {
      {(uint32_t)k->a, (uint32_t)(k->a >> 32), (uint32_t)k->b, (uint32_t)(k->b >> 32)}};
  const philox4x32_key_t inner = {{outer.v[0] ^ k->stream, outer.v[1]}};
  const philox4x32_ctr_t mixed = philox4x32(ab, inner);
  return (stream){.key = {{mixed.v[0], mixed.v[1]}}, .high = {mixed.v[2], mixed.v[3]}};
}

static philox4x32_ctr_t block(const stream *s, uint64_t i)
{
  const philox4x32_ctr_t counter = {{(uint32_t)i, (uint32_t)(i >> 32), s->high[0], s->high[1]}};
  return philox4x32(counter, s->key);
}

uint32_t cst_random_u32(const cst_random_key *key, uint64_t i)
{
  const stream s = stream_of(key);
  return block(&s, i / 4).v[i % 4];
}

/* Numbers 2i and 2i + 1 of the u32 sequence: 53 of their 64 bits. */
double cst_random_uniform(const cst_random_key *key, uint64_t i)
{
  const stream s = stream_of(key);
  const philox4x32_ctr_t r = block(&s, i / 2);
  const uint64_t bits = (uint64_t)r.v[i % 2 * 2] << 32 | r.v[i % 2 * 2 + 1];
  return (double)(bits >> 11) * 0x1p-53;
}

double cst_random_normal(const cst_random_key *key, uint64_t i)
{
  const stream s = stream_of(key);
  const philox4x32_ctr_t r = block(&s, i);
  const uint64_t a = (uint64_t)r.v[0] << 32 | r.v[1], b = (uint64_t)r.v[2] << 32 | r.v[3];
  const double u = ((double)(a >> 11) + 0.5) * 0x1p-53; /* in (0, 1): its logarithm is finite */
  const double angle = 6.283185307179586 * (double)(b >> 11) * 0x1p-53;
  return sqrt(-2.0 * log(u)) * cos(angle);
}

void cst_random_fill_uniform(const cst_random_key *key, uint64_t first, size_t n, float *out)
{
  const stream s = stream_of(key);
  philox4x32_ctr_t r = {{0}};
  for (size_t j = 0; j < n; j++) {
    const uint64_t i = first + j;
    if (j == 0 || i % 4 == 0) r = block(&s, i / 4);
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
