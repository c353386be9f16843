/*
 * A model's life: specification, machinery, memory.
 */
#include "cassette/model.h"

#include "cassette/memory.h"
#include "model_parts.h"

void cst_model_defaults(cst_model_spec *out)
{
  *out = (cst_model_spec){.frames = 500,
                          .bins = 64,
                          .stem = {1, 1},
                          .blocks = 2,
                          .channels = {64, 128},
                          .pool = {{2, 2}, {2, 2}},
                          .squeeze_excite = true,
                          .reduction = 16,
                          .pooled_frames = 16,
                          .encoder_layers = 1,
                          .heads = 8,
                          .feedforward = 32,
                          .aggregate = CST_AGGREGATE_MAX,
                          .classes = 10,
                          .dropout = 0.1,
                          .bn_momentum = 0.1,
                          .bn_eps = 1e-5,
                          .convolution = CST_CONV_BY_DEFAULT,
                          .products = CST_PRODUCTS_FP32};
}

cst_status cst_model_create(const cst_model_spec *spec, const cst_comm *comm, size_t max_clips,
                            int threads, cst_model **out)
{
  cst_status st = CST_OK;
  cst_model *self = NULL;

  *out = NULL;
  if (max_clips > CST_EXACT_MAX_TERMS || threads < 1 || threads > 1024)
    CST_FAIL(CST_ERR_USAGE,
             "model for %zu clips and %d threads: at most %d clips a rank, and 1 to 1024 threads",
             max_clips, threads, CST_EXACT_MAX_TERMS);
  CST_ALLOC(self, 1);
  self->spec = *spec;
  self->comm = comm;
  self->max_clips = max_clips;
  self->threads = threads;
  CST_TRY(cst_model_check(spec));
  CST_TRY(cst_model_describe(self));
  CST_TRY(cst_model_allocate(self));
  *out = self;
  self = NULL;
done:
  cst_model_destroy(&self);
  return st;
}

void cst_model_destroy(cst_model **self)
{
  if (!*self) return;
  for (size_t i = 0; i < (*self)->units; i++) {
    if ((*self)->unit[i].plan) cst_conv_destroy(&(*self)->unit[i].plan);
    if ((*self)->unit[i].definition) cst_conv_destroy(&(*self)->unit[i].definition);
  }
  if ((*self)->exact) cst_exact_destroy(&(*self)->exact);
  cst_stripes_reset(&(*self)->stripes);
  cst_layout_reset(&(*self)->params);
  cst_layout_reset(&(*self)->stats);
  cst_free((*self)->clips);
  cst_free((*self)->thread);
  cst_free((*self)->arena);
  cst_free(*self);
  *self = NULL;
}

const cst_model_spec *cst_model_get_spec(const cst_model *self) { return &self->spec; }
const cst_layout *cst_model_params(const cst_model *self) { return &self->params; }

cst_layout cst_model_final_params(const cst_model *self)
{
  cst_layout kept = self->params;
  while (kept.list[kept.n - 1].roles & CST_ROLE_AUX) kept.floats = kept.list[--kept.n].offset;
  return kept;
}

const cst_layout *cst_model_stats(const cst_model *self) { return &self->stats; }
