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

/* The @p k-th clip of class @p label. */
static uint32_t member(size_t n, const int *label, int class, size_t k)
{
  size_t i = 0;
  for (; i < n; i++)
    if (label[i] == class && k-- == 0) break;
  CST_ASSERT(i < n);
  return (uint32_t)i;
}

/* Sizes [classes] of the classes; returns how many have clips, whose numbers go to @p present. */
static size_t count_classes(size_t n, const int *label, size_t classes, uint32_t *size,
                            uint32_t *present)
{
  size_t some = 0;
  for (size_t c = 0; c < classes; c++) size[c] = 0;
  for (size_t i = 0; i < n; i++) size[label[i]]++;
  for (size_t c = 0; c < classes; c++)
    if (size[c]) present[some++] = (uint32_t)c;
  return some;
}

/* Streams of the classes are told apart by their numbers, above `which` and that of the classes. */
void cst_balanced_stream(uint64_t seed, uint32_t stage, uint32_t which, uint64_t first, size_t n,
                         const int *label, size_t classes, size_t count, uint32_t *scratch,
                         uint32_t *out)
{
  enum { BALANCED = 1 << 16 };
  uint32_t *size = scratch, *present = scratch + classes, *order = scratch + 2 * classes;
  const size_t some = count_classes(n, label, classes, size, present);
  CST_ASSERT(which < BALANCED && classes < BALANCED && some > 0);
  for (uint64_t at = first; at < first + count; at++) {
    uint32_t place = 0, k = 0;
    cst_stream(seed, stage, BALANCED * (which + 1), at, some, 1, order, &place);
    const uint32_t class = present[place];
    cst_stream(seed, stage, BALANCED * (which + 1) + 1 + class, at / some, size[class], 1, order,
               &k);
    *out++ = member(n, label, (int)class, k);
  }
}
