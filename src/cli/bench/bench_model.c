/*
 * Training steps and inference on random spectrograms.
 */
#include "bench.h"

#include "cassette/adam.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/network_spec.h"

enum { CLASSES = 10 };

typedef struct {
  const cli_bench_run *run;
  cst_model *model;
  const cst_layout *layout;
  cst_weights weights;
  float *values;      /* the block behind rows */
  const float **rows; /* [mine.count] spectrograms */
  cst_random_key *dropout;
  float *logits, *dlogits; /* [mine.count][CLASSES] */
  float *gradient, *m, *v; /* [layout->floats] */
  cst_exact *sum;
} model_bench;

void cli_bench_spec(const cli_bench_run *self, size_t classes, cst_model_spec *out)
{
  enum { BINS = 64 };
  cst_network_spec(self->config, BINS, classes, 1, out);
}

cst_status cli_bench_clips(const cli_bench_run *self, size_t floats, float **values,
                           const float ***rows)
{
  cst_status st = CST_OK;

  CST_ALLOC(*values, self->mine.count * floats);
  CST_ALLOC(*rows, self->mine.count);
  for (size_t i = 0; i < self->mine.count; i++) {
    const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 0, self->mine.first + i, 0);
    float *clip = *values + i * floats;
    cst_random_fill_uniform(&key, 0, floats, clip);
    for (size_t j = 0; j < floats; j++) clip[j] = 80.0f * clip[j] - 80.0f; /* dB */
    (*rows)[i] = clip;
  }
done:
  return st;
}

static cst_status prepare(cli_bench_run *self, bool training, model_bench *b)
{
  cst_status st = CST_OK;
  const size_t n = self->mine.count;
  cst_model_spec spec;

  b->run = self;
  cli_bench_spec(self, CLASSES, &spec);
  CST_TRY(cst_model_create(&spec, self->comm, training ? n : 0, self->threads, &b->model));
  b->layout = cst_model_params(b->model);
  CST_TRY(cst_weights_create(b->model, &b->weights));
  cst_model_init(b->model, 1, 0, &b->weights);
  CST_TRY(cli_bench_clips(self, spec.frames * spec.bins, &b->values, &b->rows));
  CST_ALLOC(b->dropout, n);
  CST_ALLOC(b->logits, n * CLASSES);
  CST_ALLOC(b->dlogits, n * CLASSES);
  CST_ALLOC(b->gradient, b->layout->floats);
  CST_ALLOC(b->m, b->layout->floats);
  CST_ALLOC(b->v, b->layout->floats);
  CST_TRY(cst_exact_create(b->layout->floats, &b->sum));
done:
  return st;
}

static void release(model_bench *b)
{
  cst_exact_destroy(&b->sum);
  cst_free(b->v);
  cst_free(b->m);
  cst_free(b->gradient);
  cst_free(b->dlogits);
  cst_free(b->logits);
  cst_free(b->dropout);
  cst_free(b->rows);
  cst_free(b->values);
  cst_weights_reset(&b->weights);
  cst_model_destroy(&b->model);
}

static cst_status train_step(void *context, size_t step)
{
  model_bench *b = context;
  const cst_slice mine = b->run->mine;
  const cst_adam adam = cst_adam_defaults();
  const cst_model_batch batch = {.clips = mine.count,
                                 .global_clips = b->run->batch,
                                 .features = b->rows,
                                 .dropout = b->dropout};

  for (size_t i = 0; i < mine.count; i++)
    b->dropout[i] = cst_random_key_make(1, CST_RANDOM_DROPOUT, 0, step, mine.first + i);
  cst_model_forward(b->model, &b->weights, &batch, b->logits);
  for (size_t i = 0; i < mine.count; i++)
    cst_cross_entropy_hard(CLASSES, b->logits + i * CLASSES, (mine.first + i) % CLASSES,
                           1.0 / (double)b->run->batch, b->dlogits + i * CLASSES);
  cst_model_backward(b->model, &b->weights, &batch, b->dlogits, b->sum);
  cst_exact_total_f32(b->sum, b->run->comm, b->gradient, NULL);
  cst_adam_step(&adam, step + 1, b->layout->floats, b->gradient, b->weights.params, b->m, b->v);
  return CST_OK;
}

static cst_status infer_step(void *context, size_t step)
{
  model_bench *b = context;
  (void)step;
  cst_model_predict(b->model, &b->weights, b->run->mine.count, b->rows, NULL, b->logits);
  return CST_OK;
}

static cst_status set_cost(cli_bench_run *self)
{
  cst_model_spec spec;
  cst_model_cost cost;
  cli_bench_spec(self, CLASSES, &spec);
  const cst_status st = cst_model_count(&spec, &cost);
  cst_json_set_integer(self->details, "parameters", (int64_t)cost.parameters);
  cst_json_set_number(self->details, "multiply_adds", cost.multiply_adds);
  return st;
}

static cst_status measure(cli_bench_run *self, bool training, cli_bench_step step)
{
  cst_status st = CST_OK;
  model_bench b = {0};

  CST_TRY(cst_comm_agree(self->comm, prepare(self, training, &b)));
  CST_TRY(cli_bench_time(self, step, &b));
  CST_TRY(set_cost(self));
done:
  release(&b);
  return st;
}

cst_status cli_bench_train(cli_bench_run *self) { return measure(self, true, train_step); }
cst_status cli_bench_infer(cli_bench_run *self) { return measure(self, false, infer_step); }
