/*
 * Convolutions by oneDNN 2.x, pass by pass: one JSON line in the form of `cassette bench layers`.
 *
 *   cc -O2 dnnl_layers.c -ldnnl && OMP_NUM_THREADS=1 ./a.out [STEPS]
 *
 * Milliseconds per clip of a batch of 4, in oneDNN's own memory layouts (no reorders timed).  Its
 * Winograd is asked for by name and taken if this CPU has what it needs (AVX-512); `auto` swaps
 * algorithms silently, so otherwise the direct one is named, and what ran is printed.
 * Measures a peer; no part of the program.
 */
#define _POSIX_C_SOURCE 200809L

#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 4, LAYERS = 4, PASSES = 3, MAX_STEPS = 1000 };

typedef struct {
  dnnl_dim_t c, k, h, w;
} shape;

static void must(dnnl_status_t status)
{
  if (status == dnnl_success) return;
  fprintf(stderr, "dnnl_layers: oneDNN status %d\n", (int)status);
  exit(1);
}

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void any_layout(dnnl_memory_desc_t *md, dnnl_dim_t a, dnnl_dim_t b, dnnl_dim_t c,
                       dnnl_dim_t d)
{
  const dnnl_dims_t dims = {a, b, c, d};
  must(dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32, dnnl_format_tag_any));
}

static dnnl_status_t describe(dnnl_primitive_desc_t *out, dnnl_engine_t engine, const shape *s,
                              int pass, dnnl_alg_kind_t algorithm, dnnl_primitive_desc_t hint)
{
  const dnnl_dims_t strides = {1, 1}, padding = {1, 1};
  dnnl_convolution_desc_t d;
  dnnl_memory_desc_t x, y, w;

  any_layout(&x, BATCH, s->c, s->h, s->w);
  any_layout(&y, BATCH, s->k, s->h, s->w);
  any_layout(&w, s->k, s->c, 3, 3);
  if (pass == 0)
    must(dnnl_convolution_forward_desc_init(&d, dnnl_forward_training, algorithm, &x, &w, NULL, &y,
                                            strides, padding, padding));
  else if (pass == 1)
    must(dnnl_convolution_backward_data_desc_init(&d, algorithm, &x, &w, &y, strides, padding,
                                                  padding));
  else
    must(dnnl_convolution_backward_weights_desc_init(&d, algorithm, &x, &w, NULL, &y, strides,
                                                     padding, padding));
  return dnnl_primitive_desc_create(out, &d, NULL, engine, hint);
}

/* Memory in the layout the primitive wants, filled with small numbers. */
static dnnl_memory_t memory_of(dnnl_primitive_desc_t pd, dnnl_query_t what, dnnl_engine_t engine)
{
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, what, 0);
  dnnl_memory_t memory;
  void *data;
  must(dnnl_memory_create(&memory, md, engine, DNNL_MEMORY_ALLOCATE));
  must(dnnl_memory_get_data_handle(memory, &data));
  float *x = data;
  for (size_t i = 0; i < dnnl_memory_desc_get_size(md) / sizeof *x; i++)
    x[i] = (float)(i * 2654435761u % 1000u) / 1000.0f - 0.5f;
  return memory;
}

static double time_pass(dnnl_primitive_desc_t pd, int pass, dnnl_engine_t engine, int steps)
{
  static const struct {
    dnnl_query_t query;
    int arg;
  } uses[PASSES][3] = {{{dnnl_query_src_md, DNNL_ARG_SRC},
                        {dnnl_query_weights_md, DNNL_ARG_WEIGHTS},
                        {dnnl_query_dst_md, DNNL_ARG_DST}},
                       {{dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST},
                        {dnnl_query_weights_md, DNNL_ARG_WEIGHTS},
                        {dnnl_query_diff_src_md, DNNL_ARG_DIFF_SRC}},
                       {{dnnl_query_src_md, DNNL_ARG_SRC},
                        {dnnl_query_diff_dst_md, DNNL_ARG_DIFF_DST},
                        {dnnl_query_diff_weights_md, DNNL_ARG_DIFF_WEIGHTS}}};
  dnnl_exec_arg_t args[3];
  dnnl_primitive_t primitive;
  dnnl_stream_t stream;
  double seconds[MAX_STEPS];

  must(dnnl_primitive_create(&primitive, pd));
  must(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
  for (int i = 0; i < 3; i++)
    args[i] = (dnnl_exec_arg_t){uses[pass][i].arg, memory_of(pd, uses[pass][i].query, engine)};
  for (int i = -1; i < steps; i++) {
    const double start = now_s();
    must(dnnl_primitive_execute(primitive, stream, 3, args));
    must(dnnl_stream_wait(stream));
    if (i >= 0) seconds[i] = now_s() - start;
  }
  for (int i = 0; i < 3; i++) must(dnnl_memory_destroy(args[i].memory));
  must(dnnl_stream_destroy(stream));
  must(dnnl_primitive_destroy(primitive));
  qsort(seconds, (size_t)steps, sizeof *seconds, ascending);
  return 1e3 * seconds[steps / 2] / BATCH;
}

static void run_layer(dnnl_engine_t engine, const shape *s, int steps)
{
  static const char *const names[PASSES] = {"forward", "backward_data", "backward_weights"};

  printf("\"%d->%d %dx%d\": {", (int)s->c, (int)s->k, (int)s->h, (int)s->w);
  for (int pass = 0; pass < PASSES; pass++) {
    dnnl_primitive_desc_t hint = NULL, pd;
    const char *what;
    must(describe(&hint, engine, s, 0, dnnl_convolution_direct, NULL));
    if (describe(&pd, engine, s, pass, dnnl_convolution_winograd, hint) != dnnl_success)
      must(describe(&pd, engine, s, pass, dnnl_convolution_direct, hint));
    must(dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, (void *)&what));
    printf("%s\"%s_ms\": %.4f, \"%s_by\": \"%s\"", pass ? ", " : "", names[pass],
           time_pass(pd, pass, engine, steps), names[pass], what);
    must(dnnl_primitive_desc_destroy(pd));
    must(dnnl_primitive_desc_destroy(hint));
  }
  printf("}");
}

int main(int argc, char **argv)
{
  static const shape layers[LAYERS] = {
      {1, 64, 500, 64}, {64, 64, 500, 64}, {64, 128, 250, 32}, {128, 128, 250, 32}};
  int steps = argc > 1 ? atoi(argv[1]) : 5;
  dnnl_engine_t engine;

  if (steps < 1 || steps > MAX_STEPS) steps = 5;
  must(dnnl_engine_create(&engine, dnnl_cpu, 0));
  printf("{");
  for (int i = 0; i < LAYERS; i++) {
    if (i) printf(", ");
    run_layer(engine, &layers[i], steps);
  }
  printf("}\n");
  must(dnnl_engine_destroy(engine));
  return 0;
}
