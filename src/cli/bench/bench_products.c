/*
 * The matrix products of an encoder layer and of the head, forward and backward, for one clip on one
 * core: ours, and OpenBLAS's where it is installed.  No result depends on that library, so the
 * program is not linked with it: it is loaded here.  A step is all products of both.
 */
#include "bench.h"

#include "cassette/clock.h"
#include "cassette/gemm.h"
#include "cassette/memory.h"

#include <dlfcn.h>
#include <stdlib.h>

enum { PRODUCTS = 7, METHODS = 2, REPEATS = 8 };

/* cblas_sgemm() and constants of cblas.h, here so that building does not need it. */
typedef void (*sgemm_fn)(int order, int transpose_a, int transpose_b, int M, int N, int K,
                         float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                         float *c, int ldc);
enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 };

/* y[rows][to] = x[rows][from] w[to][from], forward and backward, `count` times in a clip. */
typedef struct {
  const char *name;
  size_t rows, from, to, count;
  double *seconds[METHODS]; /* [steps] of one: ours, OpenBLAS's */
} product;

typedef struct {
  product all[PRODUCTS];
  float *a, *b, *c;
  void *library;
  sgemm_fn sgemm; /* NULL: no such library here */
} product_bench;

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

static cst_status prepare(const cli_bench_run *self, product_bench *b)
{
  cst_status st = CST_OK;
  cst_model_spec s;
  size_t most = 0;

  cli_bench_spec(self, 10, &s);
  const size_t P = s.pooled_frames, E = s.channels[s.blocks - 1], F = s.feedforward, n = s.heads;
  const product all[PRODUCTS] = {{.name = "queries, keys and values", P, E, 3 * E, 1},
                                 {.name = "scores", P, E / n, P, n},
                                 {.name = "context", P, P, E / n, n},
                                 {.name = "projection", P, E, E, 1},
                                 {.name = "feed-forward in", P, E, F, 1},
                                 {.name = "feed-forward out", P, F, E, 1},
                                 {.name = "head", 1, E, s.classes, 1}};
  for (size_t i = 0; i < PRODUCTS; i++) {
    product *p = &b->all[i];
    *p = all[i];
    most = larger(most, larger(p->rows, p->to) * larger(p->from, p->to));
    for (size_t m = 0; m < METHODS; m++) CST_ALLOC(p->seconds[m], self->steps);
  }
  CST_ALLOC(b->a, most);
  CST_ALLOC(b->b, most);
  CST_ALLOC(b->c, most);
  for (size_t i = 0; i < most; i++) b->a[i] = b->b[i] = 0.5f;
  setenv("OPENBLAS_NUM_THREADS", "1", 1); /* read while it is loaded */
  b->library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (b->library) *(void **)&b->sgemm = dlsym(b->library, "cblas_sgemm");
done:
  return st;
}

static void multiply(const product_bench *b, size_t method, cst_transpose t, size_t M, size_t N,
                     size_t K)
{
  if (method == 0)
    cst_gemm(t, M, N, K, b->a, b->b, false, b->c);
  else
    b->sgemm(ROW_MAJOR, t == CST_TN ? TRANSPOSED : AS_IT_IS, t == CST_NT ? TRANSPOSED : AS_IT_IS,
             (int)M, (int)N, (int)K, 1.0f, b->a, (int)(t == CST_TN ? M : K), b->b,
             (int)(t == CST_NT ? K : N), 0.0f, b->c, (int)N);
}

static double seconds_of(const product_bench *b, size_t method, const product *p)
{
  const double started_s = cst_now_s();
  for (size_t i = 0; i < REPEATS; i++) {
    multiply(b, method, CST_NT, p->rows, p->to, p->from); /* y = x w' */
    multiply(b, method, CST_TN, p->to, p->from, p->rows); /* dw = dy' x */
    multiply(b, method, CST_NN, p->rows, p->from, p->to); /* dx = dy w */
  }
  return (cst_now_s() - started_s) / REPEATS;
}

static cst_status step(void *context, size_t i)
{
  product_bench *b = context;
  for (size_t k = 0; k < PRODUCTS; k++)
    for (size_t m = 0; m < (b->sgemm ? METHODS : 1); m++) {
      const double s = seconds_of(b, m, &b->all[k]);
      if (i >= CLI_WARM_UP) b->all[k].seconds[m][i - CLI_WARM_UP] = s;
    }
  return CST_OK;
}

/* {"scores": {"own_us": ..., "openblas_us": ...}, ..., "clip": {the same of a clip}} of this rank. */
static void set_details(cli_bench_run *self, product_bench *b)
{
  static const char *const names[METHODS] = {"own_us", "openblas_us"};
  cst_json *clip = cst_json_object();
  double sum[METHODS] = {0};

  for (size_t i = 0; i < PRODUCTS; i++) {
    product *p = &b->all[i];
    cst_json *object = cst_json_object();
    for (size_t m = 0; m < (b->sgemm ? METHODS : 1); m++) {
      const double us = 1e6 * cli_bench_median_of(p->seconds[m], self->steps);
      cst_json_set_number(object, names[m], us);
      sum[m] += us * (double)p->count;
    }
    cst_json_set(self->details, p->name, object);
  }
  for (size_t m = 0; m < (b->sgemm ? METHODS : 1); m++) cst_json_set_number(clip, names[m], sum[m]);
  cst_json_set(self->details, "clip", clip);
}

static void release(product_bench *b)
{
  for (size_t i = 0; i < PRODUCTS; i++)
    for (size_t m = 0; m < METHODS; m++) cst_free(b->all[i].seconds[m]);
  cst_free(b->c);
  cst_free(b->b);
  cst_free(b->a);
  if (b->library) dlclose(b->library);
}

cst_status cli_bench_products(cli_bench_run *self)
{
  cst_status st = CST_OK;
  product_bench b = {0};

  CST_TRY(cst_comm_agree(self->comm, prepare(self, &b)));
  self->batch = (size_t)cst_comm_size(self->comm); /* a clip on every rank */
  CST_TRY(cli_bench_time(self, step, &b));
  set_details(self, &b);
done:
  release(&b);
  return st;
}
