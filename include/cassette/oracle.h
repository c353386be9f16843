/**
 * @file oracle.h
 * This build against a PyTorch dump (scripts/golden, peer dump), tensor by tensor.
 */
#ifndef CST_ORACLE_H
#define CST_ORACLE_H

#include "cassette/comm.h"
#include "cassette/conv.h"

typedef struct {
  const char *name; /**< "step0/grad/block1.conv1.weight" */
  double error, tolerance;
  int ok;
} cst_oracle_line;
typedef void (*cst_oracle_fn)(void *context, const cst_oracle_line *line);

/** Check activations, loss, gradients, running statistics, Adam steps and evaluation logits of
 *  every step of the dump @p path, each step starting from the dump's float64 state.  The batch is
 *  divided over the ranks.  @p visit is called on rank 0 for every tensor, in order.
 *  Activations, loss and logits are those of @p convolution and @p products; gradients are those of its backward
 *  passes at a forward pass by the definition of the convolution, and for the first step also at
 *  its own.  A tolerance is a bound for each kind of quantity, or three times the error of the
 *  dump's float32 half where that is more; a gradient is allowed besides what rectifiers and maxima
 *  do whose decision rounding leaves open, looked for where it exceeds the rest.
 *  CST_ERR_NUMBERS when a tolerance was missed, CST_ERR_DATA when the file is no dump.  Collective.
 */
cst_status cst_oracle_verify(const cst_comm *comm, const char *path, cst_conv_method convolution,
                             cst_products products, int threads, cst_oracle_fn visit,
                             void *context);

#endif
