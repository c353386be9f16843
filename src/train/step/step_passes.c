/* How many rows a pass has, and which clips of a batch are this rank's.  Contract in step_rows.h. */
#include "step_rows.h"

step_samples step_samples_of(const learner *self, const learner_batch *batch)
{
  const int rank = cst_comm_rank(self->job->comm), size = cst_comm_size(self->job->comm);
  return (step_samples){cst_slice_of(batch->n.labelled, rank, size),
                        cst_slice_of(batch->n.unlabelled, rank, size)};
}

size_t step_labelled_rows(const cst_views *v, step_pass pass)
{
  return pass == PASS_GUESS ? cst_views_labelled_guess(v) : cst_views_labelled(v);
}

size_t step_unlabelled_rows(const cst_views *v, step_pass pass)
{
  if (pass == PASS_ALONE) return 0;
  return pass == PASS_GUESS ? cst_views_unlabelled_guess(v) : cst_views_unlabelled(v);
}

void step_rows_count(const learner *self, const learner_batch *batch, step_pass pass, size_t *local,
                     size_t *global)
{
  const cst_views *v = cst_strategy_views(self->strategy);
  const step_samples mine = step_samples_of(self, batch);
  const size_t rl = step_labelled_rows(v, pass), ru = step_unlabelled_rows(v, pass);
  *local = mine.labelled.count * rl + mine.unlabelled.count * ru;
  *global = batch->n.labelled * rl + batch->n.unlabelled * ru;
}
