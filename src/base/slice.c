/* Contract in cassette/slice.h. */
#include "cassette/slice.h"

#include "cassette/status.h"

cst_slice cst_slice_of(size_t n, int rank, int size)
{
  CST_ASSERT(0 <= rank && rank < size);
  const size_t r = (size_t)rank, s = (size_t)size, share = n / s, extra = n % s;
  return (cst_slice){.first = r * share + (r < extra ? r : extra), .count = share + (r < extra)};
}
