/*
 * What exact sums and the global BatchNorm cost in a training step.
 *
 *   exact    clips * add + total + exchanges * small     gradients, then BatchNorm's sums
 *   plain    the same in floats with MPI_Allreduce: rounded, and dependent on the order
 *   fraction          (exact - plain) / train step
 *   fraction_local    (exact - plain without its exchanges) / train step: against BatchNorms that
 *                     use each rank's own statistics, as PyTorch's DDP does
 *
 * The step and the sums are timed in one run, and of both the run that was disturbed least counts:
 * a median of steps on a busy machine, over sums at their best, would flatter.
 */
#include "bench.h"

#include "cassette/memory.h"

/* Per step: the input's BatchNorm forward, four units' forward and backward, and the tally of loss
 * and correct clips. */
enum { EXCHANGES = 10 };

typedef struct {
  const cli_bench_run *run;
  size_t n;
  float *gradient, *total; /* [n] */
  cst_exact *sum;
} reduction;

/* What a training step adds and sums, without the step. */
static cst_status reduce_step(void *context, size_t step)
{
  reduction *r = context;
  (void)step;
  for (size_t i = 0; i < r->run->mine.count; i++) cst_exact_add_f32(r->sum, 0, r->n, r->gradient);
  cst_exact_total_f32(r->sum, r->run->comm, r->total, NULL);
  return CST_OK;
}

/* Floats of the flat buffer: padding travels too. */
static cst_status count_floats(const cli_bench_run *self, size_t *out)
{
  cst_status st = CST_OK;
  cst_model *model = NULL;
  cst_model_spec spec;

  cli_bench_spec(self, 10, &spec);
  CST_TRY(cst_model_create(&spec, self->comm, 0, 1, &model));
  *out = cst_model_params(model)->floats;
done:
  cst_model_destroy(&model);
  return st;
}

static cst_status prepare(const cli_bench_run *self, reduction *r)
{
  cst_status st = CST_OK;
  const cst_random_key key =
      cst_random_key_make(1, CST_RANDOM_TEST, 0, (uint64_t)cst_comm_rank(self->comm), 1);

  r->run = self;
  CST_TRY(count_floats(self, &r->n));
  CST_ALLOC(r->gradient, r->n);
  CST_ALLOC(r->total, r->n);
  CST_TRY(cst_exact_create(r->n, &r->sum));
  for (size_t i = 0; i < r->n; i++) /* their size decides which digits travel */
    r->gradient[i] = (float)(1e-4 * cst_random_normal(&key, i));
done:
  return st;
}

static void set_costs(cli_bench_run *self, double train_s, const cst_exact_bench_result *r)
{
  const double clips = (double)cst_slice_of(self->batch, 0, cst_comm_size(self->comm)).count;
  const double exact_s = clips * r->add_s + r->total_s + EXCHANGES * r->small_s;
  const double local_s = clips * r->plain_add_s + r->plain_s;
  const double plain_s = local_s + EXCHANGES * r->plain_small_s;
  const struct {
    const char *name;
    double value;
  } figures[] = {{"train_step_s", train_s},
                 {"exact_s", exact_s},
                 {"plain_s", plain_s},
                 {"fraction", (exact_s - plain_s) / train_s},
                 {"fraction_local", (exact_s - local_s) / train_s},
                 {"add_s", r->add_s},
                 {"total_s", r->total_s},
                 {"small_s", r->small_s},
                 {"plain_add_s", r->plain_add_s},
                 {"plain_total_s", r->plain_s},
                 {"plain_small_s", r->plain_small_s},
                 {"bytes_sent", r->bytes},
                 {"small_bytes_sent", r->small_bytes},
                 {"digit_share", r->digit_share}};

  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    cst_json_set_number(self->details, figures[i].name, figures[i].value);
  cst_json_set_integer(self->details, "exchanges", EXCHANGES);
}

cst_status cli_bench_reduce(cli_bench_run *self)
{
  cst_status st = CST_OK;
  reduction r = {.n = 0};
  cst_exact_bench_result result;

  CST_TRY(cli_bench_train(self));
  (void)cli_bench_median(self); /* sorts */
  const double train_s = self->seconds[0];
  CST_TRY(cst_comm_agree(self->comm, prepare(self, &r)));
  CST_TRY(cst_exact_bench(self->comm, r.n, self->mine.count, &result));
  CST_TRY(cli_bench_time(self, reduce_step, &r));
  set_costs(self, train_s, &result);
done:
  cst_exact_destroy(&r.sum);
  cst_free(r.total);
  cst_free(r.gradient);
  return st;
}
