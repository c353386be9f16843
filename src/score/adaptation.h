/* What may be done at test time, without labels: switches, off by default.  Private to score. */
#ifndef CST_SCORE_ADAPTATION_H
#define CST_SCORE_ADAPTATION_H

#include "cassette/network.h"

/* Adapt @p net's weights to the clips to be tested, all of them together, as evaluate.adapt says:
 *
 *   adabn  running statistics of every BatchNorm := those of all the clips as of one batch
 *          (cst_model_take_statistics(); Li et al., arXiv 1603.04779)
 *   tent   first one pass of Adam (1e-3) on BatchNorm's weights and biases that lowers the entropy
 *          of the predictions, in shuffled batches of equal size with their own statistics (Wang et
 *          al., ICLR 2021, arXiv 2006.10726); then as adabn.  Predictions come after the pass, not
 *          during it.
 *
 * Never by city: where a city has one class, its statistics are that class's.  To one clip nothing
 * is done, and said.  Collective. */
cst_status adaptation_run(const cst_job *job, const cst_fold *fold, const uint32_t *clips, size_t n,
                          cst_network *net);

#endif
