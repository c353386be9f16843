/* What a specification may say. */
#include "cassette/model.h"

#include <math.h>
#include <stdio.h>

const char *const cst_aggregate_names[] = {"max", "mean", NULL};

typedef struct {
  const char *name;
  size_t value, min, max;
} bounded;

static cst_status check_bounds(const bounded *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (list[i].value < list[i].min || list[i].value > list[i].max)
      return cst_raise(CST_ERR_USAGE, "model %s = %zu: it must be between %zu and %zu",
                       list[i].name, list[i].value, list[i].min, list[i].max);
  return CST_OK;
}

/* Every size below this: no product of the arena's overflows 64 bits. */
static cst_status check_sizes(const cst_model_spec *s)
{
  const bounded sizes[] = {
      {"frames", s->frames, 4, 1 << 17},
      {"bins", s->bins, 4, 4096},
      {"stem frames", s->stem.frames, 1, CST_MAX_POOL},
      {"stem bins", s->stem.bins, 1, CST_MAX_POOL},
      {"blocks", s->blocks, 1, CST_MAX_BLOCKS},
      {"pooled_frames", s->pooled_frames, 1, 4096},
      {"encoder_layers", s->encoder_layers, 0, CST_MAX_ENCODERS},
      {"heads", s->heads, 1, 4096},
      {"feedforward", s->feedforward, 1, 4096},
      {"reduction", s->reduction, 1, 4096},
      {"classes", s->classes, 1, 4096},
      {"cities", s->cities, 0, 1 << 16},
      {"aux_classes", s->aux_classes, 0, 4096},
  };
  return check_bounds(sizes, sizeof sizes / sizeof *sizes);
}

/* Each block: its channels, and that something is left after its mean. */
static cst_status check_blocks(const cst_model_spec *s)
{
  cst_status st = CST_OK;
  cst_area left = {s->frames / s->stem.frames, s->bins / s->stem.bins};
  if (left.frames < 1 || left.bins < 1)
    CST_FAIL(CST_ERR_USAGE, "model stem of %zu x %zu: larger than the input, %zu x %zu",
             s->stem.frames, s->stem.bins, s->frames, s->bins);
  for (size_t i = 0; i < s->blocks; i++) {
    const cst_area pool = s->pool[i];
    char name[64];
    snprintf(name, sizeof name, "channels of block %zu", i + 1);
    CST_TRY(check_bounds(&(bounded){name, s->channels[i], 1, 4096}, 1));
    if (s->squeeze_excite && s->reduction > s->channels[i])
      CST_FAIL(CST_ERR_USAGE,
               "model reduction = %zu: it must not exceed the %zu channels of block %zu",
               s->reduction, s->channels[i], i + 1);
    CST_TRY(check_bounds((bounded[]){{"pool frames", pool.frames, 1, CST_MAX_POOL},
                                     {"pool bins", pool.bins, 1, CST_MAX_POOL}},
                         2));
    if (pool.frames > left.frames || pool.bins > left.bins)
      CST_FAIL(CST_ERR_USAGE, "model pool of block %zu = %zu x %zu: %zu x %zu pixels are there",
               i + 1, pool.frames, pool.bins, left.frames, left.bins);
    left = (cst_area){left.frames / pool.frames, left.bins / pool.bins};
  }
done:
  return st;
}

static cst_status check_rates(const cst_model_spec *s)
{
  cst_status st = CST_OK;
  const struct {
    const char *name;
    double value;
  } rates[] = {{"dropout", s->dropout}, {"head_dropout", s->head_dropout}};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
    if (!(rates[i].value >= 0.0 && rates[i].value < 1.0))
      CST_FAIL(CST_ERR_USAGE, "model %s = %g: it must be at least 0 and below 1", rates[i].name,
               rates[i].value);
  if (!(s->bn_momentum >= 0.0 && s->bn_momentum <= 1.0))
    CST_FAIL(CST_ERR_USAGE, "model bn_momentum = %g: it must be between 0 and 1", s->bn_momentum);
  if (!(s->bn_eps > 0.0 && isfinite(s->bn_eps)))
    CST_FAIL(CST_ERR_USAGE, "model bn_eps = %g: it must be positive", s->bn_eps);
done:
  return st;
}

cst_status cst_model_check(const cst_model_spec *s)
{
  cst_status st = CST_OK;
  CST_TRY(check_sizes(s));
  CST_TRY(check_blocks(s));
  CST_TRY(check_rates(s));
  if (s->encoder_layers > 0 && s->channels[s->blocks - 1] % s->heads != 0)
    CST_FAIL(CST_ERR_USAGE, "model heads = %zu: it must divide the %zu channels of the last block",
             s->heads, s->channels[s->blocks - 1]);
done:
  return st;
}
