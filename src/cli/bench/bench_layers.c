/*
 * The convolutions one by one: forward, backward data and backward weights of one clip on one core.
 * Every rank times the same, so that ranks that share memory or a power budget disturb each other
 * as they do in training; a step is all passes of all layers.
 */
#include "bench.h"

#include "cassette/clock.h"
#include "cassette/memory.h"

#include <stdio.h>

enum { PASSES = 3 };

typedef struct {
  size_t H, W, C, K;
  cst_conv *plan;
  float *x, *dx, *y, *dy, *w, *dw, *prepared, *work;
  double *seconds[PASSES]; /* [steps] */
} layer;

typedef struct {
  size_t steps, layers;
  layer layer[CST_MAX_CONVS];
} layer_bench;

static void fill(float *x, size_t n, uint64_t what, double scale)
{
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 0, what, 0);
  for (size_t i = 0; i < n; i++) x[i] = (float)(scale * cst_random_normal(&key, i));
}

static cst_status layer_init(layer *l, const cst_model_spec *spec, size_t steps)
{
  cst_status st = CST_OK;
  const size_t pixels = l->H * l->W, weights = l->K * l->C * 9;

  CST_TRY(cst_conv_create(l->H, l->W, l->C, l->K, spec->convolution, &l->plan));
  cst_conv_set_products(l->plan, spec->products);
  CST_ALLOC(l->x, pixels * l->C);
  CST_ALLOC(l->dx, pixels * l->C);
  CST_ALLOC(l->y, pixels * l->K);
  CST_ALLOC(l->dy, pixels * l->K);
  CST_ALLOC(l->w, weights);
  CST_ALLOC(l->dw, weights);
  CST_ALLOC(l->prepared, cst_conv_prepared_floats(l->plan));
  CST_ALLOC(l->work, cst_conv_work_floats(l->plan));
  for (size_t p = 0; p < PASSES; p++) CST_ALLOC(l->seconds[p], steps);
  fill(l->x, pixels * l->C, 1, 1.0);
  fill(l->dy, pixels * l->K, 2, 1.0);
  fill(l->w, weights, 3, 0.05);
  cst_conv_prepare(l->plan, l->w, l->prepared);
done:
  return st;
}

static void layer_reset(layer *l)
{
  cst_conv_destroy(&l->plan);
  for (size_t p = 0; p < PASSES; p++) cst_free(l->seconds[p]);
  cst_free(l->work);
  cst_free(l->prepared);
  cst_free(l->dw);
  cst_free(l->w);
  cst_free(l->dy);
  cst_free(l->y);
  cst_free(l->dx);
  cst_free(l->x);
}

static cst_status prepare(const cli_bench_run *self, layer_bench *b)
{
  cst_status st = CST_OK;
  cst_model_spec s;
  cst_model_conv conv[CST_MAX_CONVS];

  cli_bench_spec(self, 10, &s);
  b->steps = self->steps;
  CST_TRY(cst_model_convs(&s, conv, &b->layers));
  for (size_t i = 0; i < b->layers; i++) {
    b->layer[i] = (layer){.H = conv[i].H, .W = conv[i].W, .C = conv[i].from, .K = conv[i].to};
    CST_TRY(layer_init(&b->layer[i], &s, self->steps));
  }
done:
  return st;
}

static void run_pass(layer *l, size_t pass)
{
  if (pass == 0)
    cst_conv_forward(l->plan, l->prepared, l->x, l->y, l->work);
  else if (pass == 1)
    cst_conv_backward_data(l->plan, l->prepared, l->dy, l->dx, l->work);
  else
    cst_conv_backward_weights(l->plan, l->x, l->dy, l->dw, l->work);
}

static cst_status step(void *context, size_t i)
{
  layer_bench *b = context;

  for (size_t k = 0; k < b->layers; k++) {
    layer *l = &b->layer[k];
    for (size_t pass = 0; pass < PASSES; pass++) {
      const double start = cst_now_s();
      run_pass(l, pass);
      if (i >= CLI_WARM_UP) l->seconds[pass][i - CLI_WARM_UP] = cst_now_s() - start;
    }
  }
  return CST_OK;
}

/* {"64->64 500x64": {"method": ..., "forward_ms": ..., ...}, ...} of this rank. */
static void set_layer(cli_bench_run *self, layer *l)
{
  static const char *const names[PASSES] = {"forward_ms", "backward_data_ms",
                                            "backward_weights_ms"};
  cst_json *object = cst_json_object();
  char name[96];

  snprintf(name, sizeof name, "%zu->%zu %zux%zu", l->C, l->K, l->H, l->W);
  cst_json_set_string(object, "method", cst_conv_method_name(l->plan));
  for (size_t pass = 0; pass < PASSES; pass++)
    cst_json_set_number(object, names[pass],
                        1e3 * cli_bench_median_of(l->seconds[pass], self->steps));
  cst_json_set(self->details, name, object);
}

cst_status cli_bench_layers(cli_bench_run *self)
{
  cst_status st = CST_OK;
  layer_bench b = {.steps = 0};

  CST_TRY(cst_comm_agree(self->comm, prepare(self, &b)));
  self->batch = (size_t)cst_comm_size(self->comm); /* a clip on every rank */
  CST_TRY(cli_bench_time(self, step, &b));
  for (size_t i = 0; i < b.layers; i++) set_layer(self, &b.layer[i]);
done:
  for (size_t i = 0; i < b.layers; i++) layer_reset(&b.layer[i]);
  return st;
}
