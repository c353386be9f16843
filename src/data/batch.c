/* Contract in cassette/batch.h. */
#include "cassette/batch.h"

#include "cassette/random.h"
#include "cassette/status.h"

size_t cst_epoch_steps(size_t n, size_t batch)
{
  CST_ASSERT(batch >= 1);
  const size_t whole = n / batch, rest = n % batch;
  return whole + (rest > 1 || (rest == 1 && whole == 0));
}

void cst_step_range(size_t n, size_t batch, size_t step, size_t *first, size_t *count)
{
  const size_t steps = cst_epoch_steps(n, batch);
  CST_ASSERT(step < steps);
  *first = step * batch;
  *count = step + 1 == steps ? n - *first : batch;
}

void cst_epoch_order(uint64_t seed, uint32_t stage, uint64_t epoch, size_t n, uint32_t *out)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_SHUFFLE, stage, epoch, 0);
  cst_random_permutation(&key, n, out);
}

void cst_stream(uint64_t seed, uint32_t stage, uint32_t which, uint64_t first, size_t n,
                size_t count, uint32_t *scratch, uint32_t *out)
{
  uint64_t shuffled = UINT64_MAX;
  CST_ASSERT(n >= 1);
  for (uint64_t at = first; at < first + count; at++) {
    const uint64_t pass = at / n;
    if (pass != shuffled) {
      const cst_random_key key =
          cst_random_key_make(seed, CST_RANDOM_SHUFFLE, stage, pass, 1 + (uint64_t)which);
      cst_random_permutation(&key, n, scratch);
      shuffled = pass;
    }
    *out++ = scratch[at % n];
  }
}
