/*
 * A block as bytes on their way to another rank.
 *
 *   u8 parts, then for each part: u8 form and its numbers, in the byte order of the machine
 *     DENSE_F32   n floats, when every number is one: the gradient of a single clip
 *     DENSE_F64   n doubles
 *     SPARSE      u8 count, count u8 columns, count doubles: what few sums could not hold
 *
 * The shortest form is taken.  With one clip per rank a sum costs 4 bytes, as much as a float
 * that is summed inexactly; with several 8, and a little more where doubles do not suffice.
 */
#include "exact_private.h"

#include <string.h>

enum { DENSE_F32, DENSE_F64, SPARSE, SPARSE_MOST = 227 }; /* 9 bytes each against 8 n */

/* Count of numbers other than zero, and whether all are floats. */
CST_CLONES static size_t survey(size_t n, const double *x, bool *floats)
{
  uint64_t nonzero = 0, exact = 0;
  for (size_t i = 0; i < n; i++) {
    nonzero += x[i] != 0.0;
    exact += (double)(float)x[i] == x[i];
  }
  *floats = exact == n;
  return (size_t)nonzero;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t n)
{
  memcpy(at, bytes, n);
  return at + n;
}

static unsigned char *put_sparse(unsigned char *at, const double *x, size_t n, size_t count)
{
  *at++ = (unsigned char)count;
  unsigned char *value = at + count;
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0.0) {
      *at++ = (unsigned char)i;
      value = put(value, &x[i], sizeof *x);
    }
  return value;
}

static unsigned char *put_floats(unsigned char *at, const double *x, size_t n)
{
  float y[BLOCK];
  for (size_t i = 0; i < n; i++) y[i] = (float)x[i];
  return put(at, y, n * sizeof *y);
}

size_t cst_exact_encode(const cst_parts *p, size_t n, unsigned char *out)
{
  unsigned char *at = out;

  *at++ = (unsigned char)p->parts;
  for (size_t k = 0; k < p->parts; k++) {
    bool floats;
    const double *x = p->part[k];
    const size_t count = survey(n, x, &floats), dense = n * (floats ? sizeof(float) : sizeof *x);
    if (count <= SPARSE_MOST && 1 + count * (1 + sizeof *x) < dense) {
      *at++ = SPARSE;
      at = put_sparse(at, x, n, count);
    } else if (floats) {
      *at++ = DENSE_F32;
      at = put_floats(at, x, n);
    } else {
      *at++ = DENSE_F64;
      at = put(at, x, n * sizeof *x);
    }
  }
  return (size_t)(at - out);
}

static const unsigned char *get_sparse(const unsigned char *at, double *x, size_t n)
{
  const size_t count = *at++;
  const unsigned char *value = at + count;
  memset(x, 0, n * sizeof *x);
  for (size_t k = 0; k < count; k++, value += sizeof *x) memcpy(&x[at[k]], value, sizeof *x);
  return value;
}

static const unsigned char *get_floats(const unsigned char *at, double *x, size_t n)
{
  float y[BLOCK];
  memcpy(y, at, n * sizeof *y);
  for (size_t i = 0; i < n; i++) x[i] = (double)y[i];
  return at + n * sizeof *y;
}

size_t cst_exact_decode(cst_exact *self, size_t block, size_t n, const unsigned char *code)
{
  const unsigned char *at = code;
  double x[BLOCK];

  for (size_t parts = *at++; parts > 0; parts--) {
    const int form = *at++;
    if (form == SPARSE) {
      at = get_sparse(at, x, n);
    } else if (form == DENSE_F32) {
      at = get_floats(at, x, n);
    } else {
      memcpy(x, at, n * sizeof *x);
      at += n * sizeof *x;
    }
    cst_exact_add_part(self, block, n, x);
  }
  return (size_t)(at - code);
}
