/**
 * @file inference.h
 * Clips through a network as it is: their probabilities, their statistics.
 */
#ifndef CST_INFERENCE_H
#define CST_INFERENCE_H

#include "cassette/job.h"
#include "cassette/model.h"

/** A model, its weights, and room for some clips. */
typedef struct cst_inference cst_inference;
/** For at most @p capacity clips at a time, each answer the mean over @p crops circular shifts by
 *  multiples of T / crops frames.  Borrows @p model and @p w.  Local. */
cst_status cst_inference_create(cst_model *model, const cst_weights *w, size_t crops,
                                size_t capacity, cst_inference **out);
void cst_inference_destroy(cst_inference **self);
/** Probabilities @p p [n][classes] of @p n <= capacity clips, @p rows [n] each [T][M], of which the
 *  network is told @p told [n] (NULL: nothing).  Returns the first clip whose scores are not finite, n if
 *  there is none.  Local. */
size_t cst_inference_run(cst_inference *self, size_t n, const float *const *rows,
                         const cst_told *told, float *p);

/** Probabilities [n][classes] of @p clips of the job on every rank, likewise.  CST_ERR_NUMBERS names
 *  the first clip whose scores are not finite.  Collective. */
cst_status cst_network_predict(const cst_job *job, cst_model *model, const cst_weights *w,
                               const uint32_t *clips, size_t n, size_t crops, float *probabilities);
/** Statistics of every BatchNorm in @p w := those of @p clips [n] as they are, all together
 *  (cst_model_take_statistics()).  Collective. */
cst_status cst_network_take_statistics(const cst_job *job, cst_model *model, cst_weights *w,
                                       const uint32_t *clips, size_t n);

#endif
