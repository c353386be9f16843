/*
 * One pass over the local clips, for model_forward.c and model_backward.c: clips, and strips of rows
 * of each clip's images, go through in parallel; what they sum up meets in exact sums of the global
 * batch.
 */
#ifndef CST_MODEL_PASS_H
#define CST_MODEL_PASS_H

#include "model_parts.h"

/* What all clips see, and where their results go. */
typedef struct {
  const float *params, *stats;
  const cst_model_batch *batch;
  size_t unit;
  float *logits;
  const float *dlogits;
  cst_exact *gradient;
} model_step;

/* Strip b of `strips` of clip i's image. */
typedef struct {
  size_t i, b, strips;
} model_task;

/* What the network is told of clip i, NULL: nothing. */
static inline const cst_told *cst_model_told(const cst_model_batch *batch, size_t i)
{
  return batch->told ? &batch->told[i] : NULL;
}

typedef void (*model_clip_fn)(cst_model *self, const model_step *s, size_t i, thread_state *thread);
typedef void (*model_strip_fn)(cst_model *self, const model_step *s, const model_task *t,
                               thread_state *thread);
void cst_model_each_clip(cst_model *self, const model_step *s, model_clip_fn work);
void cst_model_each_strip(cst_model *self, const model_step *s, size_t strips, model_strip_fn work);

/* Strips of a unit's images. */
size_t cst_model_strips(const cst_model *self, const model_step *s, size_t unit);

/* A clip's sums [2][C] for the next collective sum, and what a strip of it gives. */
double *cst_model_row(const cst_model *self, size_t i, size_t C);
double *cst_model_strip_row(const cst_model *self, const model_task *t, size_t C);
/* The clip's from those of its strips. */
void cst_model_join_strips(const cst_model *self, size_t i, size_t strips, size_t C);
/* Totals of the rows of all clips of all ranks.  Collective. */
void cst_model_sum_rows(cst_model *self, const cst_model_batch *batch, size_t C);

/* Input of unit `k`: an image, or the output of the unit before, a row at a time by @p before. */
cst_unit_reading cst_model_unit_before(const cst_model *self, const clip_state *clip, size_t k);
cst_conv_source cst_model_unit_input(const cst_model *self, const clip_state *clip, size_t k,
                                     const cst_unit_reading *before);

#endif
