/*
 * Values of a model: made, copied, and initialised as the paper's authors do it.
 *
 * Tensor i draws from a key of its own, so that a change to one tensor moves no other.
 */
#include "cassette/memory.h"
#include "model_parts.h"

#include <string.h>

cst_status cst_weights_create(const cst_model *model, cst_weights *out)
{
  cst_status st = CST_OK;
  *out = (cst_weights){0};
  CST_ALLOC(out->params, model->params.floats);
  CST_ALLOC(out->stats, model->stats.floats);
done:
  if (st != CST_OK) cst_weights_reset(out);
  return st;
}

void cst_weights_reset(cst_weights *self)
{
  cst_free(self->params);
  cst_free(self->stats);
  *self = (cst_weights){0};
}

void cst_weights_copy(const cst_model *model, const cst_weights *from, cst_weights *to)
{
  memcpy(to->params, from->params, model->params.floats * sizeof *to->params);
  memcpy(to->stats, from->stats, model->stats.floats * sizeof *to->stats);
}

static void init_tensor(const cst_model *model, size_t i, uint64_t seed, uint32_t stage,
                        float *params)
{
  const tensor_start *start = &model->start[i];
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_INIT, stage, i, 0);
  float *value = params + model->params.list[i].offset;

  for (size_t j = 0; j < model->params.list[i].count; j++)
    value[j] = start->bound == 0.0
                   ? start->fill
                   : (float)(start->bound * (2.0 * cst_random_uniform(&key, j) - 1.0));
}

static void fill(float *to, size_t n, float value)
{
  for (size_t i = 0; i < n; i++) to[i] = value;
}

void cst_model_init(const cst_model *model, uint64_t seed, uint32_t stage, cst_weights *out)
{
  memset(out->params, 0, model->params.floats * sizeof *out->params);
  memset(out->stats, 0, model->stats.floats * sizeof *out->stats);
  for (size_t i = 0; i < model->params.n; i++) init_tensor(model, i, seed, stage, out->params);
  fill(out->stats + model->input_var, model->spec.bins, 1.0f);
  for (size_t i = 0; i < model->units; i++)
    fill(out->stats + model->unit[i].var, model->unit[i].shape.C, 1.0f);
}

void cst_model_init_head(const cst_model *model, uint64_t seed, uint32_t stage, cst_weights *w)
{
  for (size_t i = 0; i < model->params.n; i++)
    if (model->params.list[i].roles & CST_ROLE_HEAD) init_tensor(model, i, seed, stage, w->params);
}

void cst_model_know_cities(const cst_model *model, const bool *known, cst_weights *w)
{
  for (size_t c = 0; c < model->spec.cities; c++)
    w->stats[model->head.metadata.known + c] = known[c] ? 1.0f : 0.0f;
}

void cst_model_untold_bias(const cst_model *model, const cst_weights *w, float *bias)
{
  cst_metadata_clip clip = {.bias = bias};
  cst_metadata_forward(&model->head.metadata, w->params, w->stats, NULL,
                       w->params + model->head.fc_bias, &clip);
}
