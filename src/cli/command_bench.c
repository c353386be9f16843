#include "bench.h"
#include "commands.h"

#include "cassette/clock.h"
#include "cassette/environment.h"
#include "cassette/memory.h"
#include "cassette/peak.h"
#include "cassette/spelling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"features", "train",    "infer", "reduce",
                                    "layers",   "products", NULL};
enum { KINDS = 6 };

static const cli_option options[] = {{.name = "--batch",
                                      .kind = CLI_COUNT,
                                      .value = "N",
                                      .fallback = "32",
                                      .min = 1,
                                      .max = 65536,
                                      .help = "clips in a step, over all ranks"},
                                     {.name = "--steps",
                                      .kind = CLI_COUNT,
                                      .value = "N",
                                      .fallback = "6",
                                      .min = 1,
                                      .max = 1000000,
                                      .help = "steps timed, after two others"},
                                     CLI_OPTION_THREADS,
                                     CLI_OPTIONS_END};

static size_t kind_of(const cli_call *call)
{
  size_t i = 0;
  while (kinds[i] && strcmp(kinds[i], call->word[0]) != 0) i++;
  return i;
}

static cst_status check(const cli_call *call)
{
  if (kind_of(call) == KINDS) {
    const char *near = cst_nearest(call->word[0], KINDS, kinds);
    return cst_raise(CST_ERR_USAGE,
                     "bench: cannot measure '%.80s'%s%s%s; features, train, infer,"
                     " reduce, layers or products",
                     call->word[0], near ? ", did you mean '" : "", near ? near : "",
                     near ? "'?" : "");
  }
  if (call->overrides > 0 && call->words < 2)
    return cst_raise(CST_ERR_USAGE, "bench: '%.80s' overrides nothing without a CONFIG",
                     call->override[0]);
  return CST_OK;
}

static void set_times(cli_bench_run *self, cst_json *object)
{
  const double median = cli_bench_median(self);
  cst_json *times = cst_json_object();

  cst_json_set_number(object, "clips_per_s", (double)self->batch / median);
  cst_json_set_number(times, "min", self->seconds[0]);
  cst_json_set_number(times, "median", median);
  cst_json_set_number(times, "max", self->seconds[self->steps - 1]);
  cst_json_set(object, "step_s", times);
}

/* What this core can do at most, beside the figure. */
static cst_json *peaks(void)
{
  cst_json *object = cst_json_object();
  const double bf16 = cst_peak_bf16_gflops(), tiles = cst_peak_tiles_gflops();
  cst_json_set_number(object, "fp32", cst_peak_fp32_gflops());
  if (bf16 > 0.0) cst_json_set_number(object, "bf16", bf16);
  if (tiles > 0.0) cst_json_set_number(object, "bf16_tiles", tiles);
  return object;
}

/* One line, the last of stdout. */
static cst_status print_result(cli_bench_run *self, const char *kind, int64_t peak_bytes)
{
  cst_status st = CST_OK;
  cst_json *object = cst_json_object();
  char *text = NULL;

  cst_json_set_string(object, "bench", kind);
  set_times(self, object);
  cst_json_set_integer(object, "ranks", cst_comm_size(self->comm));
  cst_json_set_integer(object, "threads", self->threads);
  cst_json_set_integer(object, "batch", (int64_t)self->batch);
  cst_json_set_integer(object, "steps", (int64_t)self->steps);
  cst_json_set_integer(object, "frames", self->config->features.frames);
  cst_json_set(object, "details", self->details);
  self->details = NULL;
  cst_json_set_integer(object, "peak_resident_bytes", peak_bytes);
  cst_json_set(object, "core_peak_gflops", peaks());
  cst_json_set(object, "environment", cst_environment(self->comm, self->threads));
  CST_TRY(cst_json_text(object, 0, &text));
  printf("%s\n", text);
done:
  cst_free(text);
  cst_json_destroy(&object);
  return st;
}

/* The paper's geometry, when no configuration is named. */
static cst_status default_config(cst_config **out)
{
  static const char text[] = "dataset: {root: none}";
  return cst_config_parse(text, sizeof text - 1, "bench", out);
}

static cst_status run(const cli_call *call)
{
  static cst_status (*const measure[])(cli_bench_run *) = {cli_bench_features, cli_bench_train,
                                                           cli_bench_infer,    cli_bench_reduce,
                                                           cli_bench_layers,   cli_bench_products};
  cst_status st = CST_OK;
  cst_config *config = NULL;
  cli_bench_run self = {.comm = call->comm};
  const size_t kind = kind_of(call);
  int64_t peak;

  CST_TRY(call->words == 2 ? cli_config(call, 1, &config) : default_config(&config));
  self.config = config;
  if (config->run.threads > 0)
    self.threads = (int)config->run.threads;
  else
    CST_TRY(cst_comm_agree(call->comm, cli_threads(call, &self.threads)));
  self.batch =
      (size_t)(call->words == 2 && !cli_given(call, "--batch") ? config->train.batch
                                                               : cli_count(call, "--batch"));
  self.steps = (size_t)cli_count(call, "--steps");
  self.mine = cst_slice_of(self.batch, cst_comm_rank(call->comm), cst_comm_size(call->comm));
  self.details = cst_json_object();
  CST_ALLOC(self.seconds, self.steps);
  CST_TRY(measure[kind](&self));
  peak = (int64_t)cst_peak_resident_bytes();
  cst_comm_max_i64(call->comm, &peak, 1);
  if (cst_comm_rank(call->comm) == 0) st = print_result(&self, kinds[kind], peak);
done:
  cst_free(self.seconds);
  cst_json_destroy(&self.details);
  cst_config_destroy(&config);
  return st;
}

const cli_command cli_bench = {
    .name = "bench",
    .synopsis = "features|train|infer|reduce|layers [CONFIG [section.key=value ...]]",
    .summary = "throughput, as JSON on the last line of stdout",
    .help =
        "Times one part of the work on random data, by the median step of the slowest rank:\n"
        "  features  48 kHz wave files to a feature shard, decoding, resampling and writing "
        "included\n"
        "  train     whole training steps: forward, backward, exact sums, Adam\n"
        "  infer     evaluation-mode logits\n"
        "  reduce    the exact sum of the clips' gradients over all ranks, and in `details` what\n"
        "            exact sums and the global BatchNorm add to a training step, against plain\n"
        "            float sums: `fraction`\n"
        "  layers    the convolutions one by one, a clip on every rank\n"
        "Without a CONFIG it measures the paper's network.",
    .options = options,
    .min = 1,
    .max = 2,
    .first = kinds,
    .takes_config = true,
    .check = check,
    .run = run,
};
