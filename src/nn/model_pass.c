/* Contracts in model_pass.h. */
#include "model_pass.h"

#include <omp.h>
#include <string.h>

void cst_model_each_clip(cst_model *self, const model_step *s, model_clip_fn work)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < s->batch->clips; i++)
    work(self, s, i, &self->thread[omp_get_thread_num()]);
}

void cst_model_each_strip(cst_model *self, const model_step *s, size_t strips, model_strip_fn work)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t n = 0; n < s->batch->clips * strips; n++)
    work(self, s, &(model_task){n / strips, n % strips, strips},
         &self->thread[omp_get_thread_num()]);
}

/* Each costs about 1 % of a clip, so large batches have one.  The float sums of a clip's gradient
 * end with a strip, so bits depend on this number: it depends on the global batch alone. */
size_t cst_model_strips(const cst_model *self, const model_step *s, size_t unit)
{
  const size_t wanted = (TASKS + s->batch->global_clips - 1) / s->batch->global_clips;
  return cst_conv_strips(self->unit[unit].plan, wanted < STRIPS ? wanted : STRIPS);
}

double *cst_model_row(const cst_model *self, size_t i, size_t C) { return self->rows + i * 2 * C; }

double *cst_model_strip_row(const cst_model *self, const model_task *t, size_t C)
{
  return self->strips + (t->i * t->strips + t->b) * 2 * C;
}

void cst_model_join_strips(const cst_model *self, size_t i, size_t strips, size_t C)
{
  double *row = cst_model_row(self, i, C);
  memcpy(row, cst_model_strip_row(self, &(model_task){i, 0, strips}, C), 2 * C * sizeof *row);
  for (size_t b = 1; b < strips; b++) {
    const double *more = cst_model_strip_row(self, &(model_task){i, b, strips}, C);
    for (size_t c = 0; c < 2 * C; c++) row[c] += more[c];
  }
}

void cst_model_sum_rows(cst_model *self, const cst_model_batch *batch, size_t C)
{
  cst_exact_sum_rows(self->exact, self->comm, self->rows, batch->clips, 2 * C, self->totals);
}

cst_unit_reading cst_model_unit_before(const cst_model *self, const clip_state *clip, size_t k)
{
  if (k == 0) return (cst_unit_reading){0};
  return (cst_unit_reading){&self->unit[k - 1], &clip->unit[k - 1]};
}

cst_conv_source cst_model_unit_input(const cst_model *self, const clip_state *clip, size_t k,
                                     const cst_unit_reading *before)
{
  const float *image = k % 2 == 0 ? cst_model_block_input(self, clip, k / 2) : NULL;
  return image ? (cst_conv_source){.image = image} : cst_unit_read_output(before);
}
