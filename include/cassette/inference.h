/**
 * @file inference.h
 * Clips through a network as it is: their probabilities, their statistics.
 */
#ifndef CST_INFERENCE_H
#define CST_INFERENCE_H

#include "cassette/job.h"
#include "cassette/model.h"

/** Probabilities [n][classes] of @p clips on every rank, by weights @p w, each clip's the mean over
 *  @p crops circular shifts by multiples of T / crops frames.  CST_ERR_NUMBERS names the first clip
 *  whose scores are not finite.  Collective. */
cst_status cst_network_predict(const cst_job *job, cst_model *model, const cst_weights *w,
                               const uint32_t *clips, size_t n, size_t crops, float *probabilities);
/** Statistics of every BatchNorm in @p w := those of @p clips [n] as they are, all together
 *  (cst_model_take_statistics()).  Collective. */
cst_status cst_network_take_statistics(const cst_job *job, cst_model *model, cst_weights *w,
                                       const uint32_t *clips, size_t n);

#endif
