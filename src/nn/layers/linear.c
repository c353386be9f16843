/* Contract in linear.h. */
#include "linear.h"

#include "cassette/gemm.h"

#include <string.h>

void cst_linear_forward(size_t n, size_t from, size_t to, const float *w, const float *b,
                        const float *x, float *y)
{
  for (size_t i = 0; i < n; i++) memcpy(y + i * to, b, to * sizeof *y);
  cst_gemm(CST_NT, n, to, from, x, w, true, y);
}

void cst_linear_backward(size_t n, size_t from, size_t to, const float *w, const float *x,
                         const float *dy, float *dw, float *db, bool add, float *dx)
{
  cst_gemm(CST_TN, to, from, n, dy, x, false, dw);
  memset(db, 0, to * sizeof *db);
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < to; k++) db[k] += dy[i * to + k];
  cst_gemm(CST_NN, n, from, to, dy, w, add, dx);
}
