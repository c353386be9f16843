/**
 * @file bench.h
 * One measurement: what is timed, and the figures that come out (private to `cassette bench`).
 */
#ifndef CST_CLI_BENCH_H
#define CST_CLI_BENCH_H

#include "cassette/comm.h"
#include "cassette/config.h"
#include "cassette/json.h"
#include "cassette/model.h"
#include "cassette/slice.h"

enum { CLI_WARM_UP = 2 };

typedef struct {
  const cst_comm *comm;
  const cst_config *config;
  size_t batch;      /**< clips in a step, over all ranks */
  size_t steps;      /**< timed, after CLI_WARM_UP others */
  int threads;       /**< of each rank */
  cst_slice mine;    /**< this rank's share of the batch */
  double *seconds;   /**< [steps] of each step, the slowest rank's */
  cst_json *details; /**< further figures of the kind of measurement; all ranks hold one */
} cli_bench_run;

/** One step.  May be collective; returns this rank's outcome, which cli_bench_time() agrees on. */
typedef cst_status (*cli_bench_step)(void *context, size_t step);
/** Run warm-up and timed steps.  Collective. */
cst_status cli_bench_time(cli_bench_run *self, cli_bench_step step, void *context);

/** Median of [n] numbers; sorts them. */
double cli_bench_median_of(double *x, size_t n);
/** Of the timed steps. */
double cli_bench_median(cli_bench_run *self);

/** The kinds.  Each prepares, times, and releases.  Collective. */
cst_status cli_bench_features(cli_bench_run *self);
cst_status cli_bench_train(cli_bench_run *self);
cst_status cli_bench_infer(cli_bench_run *self);
cst_status cli_bench_reduce(cli_bench_run *self);
cst_status cli_bench_layers(cli_bench_run *self);
cst_status cli_bench_products(cli_bench_run *self);

/** Geometry of the configuration with @p classes classes. */
void cli_bench_spec(const cli_bench_run *self, size_t classes, cst_model_spec *out);
/** Random spectrograms of this rank's clips: [mine.count] rows into one block, *values. */
cst_status cli_bench_clips(const cli_bench_run *self, size_t floats, float **values,
                           const float ***rows);

#endif
