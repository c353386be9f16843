/*
 * Matrix products by the kernels of the convolutions.
 *
 *   C[m][n] (+)= sum over k of A[m][k] B[k][n]
 *
 * as one chain of fused multiply-adds for each K_BLOCK of k, from 0 on; the blocks' sums are added
 * up in order.  So a number depends on its row and its column alone, not on the instruction set, the
 * other sizes or the thread.  Panels of B are copied, K_BLOCK rows at a time, to where the kernels
 * read them.
 */
#include "cassette/gemm.h"
#include "isa.h"

#include <string.h>

enum { K_BLOCK = 256, M_BLOCK = 64 };

typedef struct {
  const kernel_isa *isa;
  size_t M, N, K;
  strided a, b; /* element (m, k) and (k, n) */
  float *c;
  size_t ldc;
  bool add;
} product;

/* Rows first .. first + n of the panel of B at column `at`; beyond the last column zeros. */
static void copy_panel(const product *p, size_t first, size_t n, size_t at, float *to)
{
  const size_t panel = p->isa->panel, wide = p->N - at < panel ? p->N - at : panel;
  const float *from = p->b.at + first * p->b.row + at * p->b.column;

  if (wide < panel) memset(to, 0, n * panel * sizeof *to);
  if (p->b.column == 1)
    for (size_t k = 0; k < n; k++) memcpy(to + k * panel, from + k * p->b.row, wide * sizeof *to);
  else
    for (size_t j = 0; j < wide; j++)
      for (size_t k = 0; k < n; k++) to[k * panel + j] = from[j * p->b.column + k];
}

/* `wide` columns of C, by way of a buffer of whole panels. */
static void multiply_part(const product *p, size_t n, strided a, panels b, bool add, float *c,
                          size_t wide)
{
  const size_t panel = p->isa->panel;
  _Alignas(64) float part[M_BLOCK * MOST_PANEL];

  for (size_t m = 0; m < p->M; m += M_BLOCK, a.at += M_BLOCK * a.row) {
    const size_t rows = p->M - m < M_BLOCK ? p->M - m : M_BLOCK;
    p->isa->multiply(rows, panel, n, a, b, false, (rows_of_panels){part, panel, panel});
    for (size_t i = 0; i < rows; i++)
      for (size_t j = 0; j < wide; j++) {
        float *to = c + (m + i) * p->ldc + j;
        *to = add ? *to + part[i * panel + j] : part[i * panel + j];
      }
  }
}

static void multiply(const product *p)
{
  const size_t panel = p->isa->panel;
  _Alignas(64) float copy[K_BLOCK * MOST_PANEL];
  const panels b = {copy, panel, 0};

  for (size_t at = 0; at < p->N; at += panel)
    for (size_t k = 0; k < p->K; k += K_BLOCK) {
      const size_t n = p->K - k < K_BLOCK ? p->K - k : K_BLOCK, wide = p->N - at;
      const strided a = {p->a.at + k * p->a.column, p->a.row, p->a.column};
      const bool add = p->add || k > 0;
      copy_panel(p, k, n, at, copy);
      if (wide >= panel)
        p->isa->multiply(p->M, panel, n, a, b, add, (rows_of_panels){p->c + at, p->ldc, panel});
      else
        multiply_part(p, n, a, b, add, p->c + at, wide);
    }
}

void cst_gemm_ld(cst_transpose t, size_t M, size_t N, size_t K, const float *a, size_t lda,
                 const float *b, size_t ldb, bool add, float *c, size_t ldc)
{
  const product p = {.isa = cst_isa_current(),
                     .M = M,
                     .N = N,
                     .K = K,
                     .a = t == CST_TN ? (strided){a, 1, lda} : (strided){a, lda, 1},
                     .b = t == CST_NT ? (strided){b, 1, ldb} : (strided){b, ldb, 1},
                     .c = c,
                     .ldc = ldc,
                     .add = add};
  CST_ASSERT(p.isa->panel <= MOST_PANEL);
  for (size_t m = 0; K == 0 && !add && m < M; m++) memset(c + m * ldc, 0, N * sizeof *c);
  multiply(&p);
}

void cst_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
              bool add, float *c)
{
  cst_gemm_ld(t, M, N, K, a, t == CST_TN ? M : K, b, t == CST_NT ? K : N, add, c, N);
}

void cst_gemm_plain(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                    bool add, float *c)
{
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      double sum = 0.0;
      for (size_t k = 0; k < K; k++)
        sum += (double)a[t == CST_TN ? k * M + m : m * K + k] *
               (double)b[t == CST_NT ? n * K + k : k * N + n];
      /* without add whatever C held is overwritten, NaN included */
      c[m * N + n] = (float)(add ? sum + (double)c[m * N + n] : sum);
    }
}
