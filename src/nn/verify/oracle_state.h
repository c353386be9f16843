/*
 * What the verification of a dump holds: the model, this rank's clips, the state that the dump
 * gives around one step, and the outcome so far.
 */
#ifndef CST_ORACLE_STATE_H
#define CST_ORACLE_STATE_H

#include "cassette/oracle.h"
#include "cassette/slice.h"
#include "oracle_dump.h"

typedef struct {
  const cst_comm *comm;
  cst_dump dump;
  cst_model *model;
  const cst_layout *params, *stats;
  cst_slice mine; /* of the dump's clips */
  /* Local clips. */
  float *features;         /* [mine][T][M] */
  const float **feature;   /* [mine] */
  int64_t *label;          /* [mine] */
  cst_told *told;          /* [mine] */
  float *logits, *dlogits; /* [mine][K] */
  float *got;              /* one activation of one clip */
  double *want, *own;      /* the same, of all local clips: float64, PyTorch's float32 */
  double *rows;            /* [mine][2] */
  cst_exact *pair, *gradient;
  /* State before a step, and what the dump says about it: flat. */
  cst_weights weights;
  float *m, *v, *given;          /* moments, gradient */
  double *grad64, *grad32;       /* the dump's */
  double *total, *opened, *shut; /* ours, and with the open decisions taken otherwise */
  double *after, *after_m, *after_v, *after_stats, *own_stats;
  double own_logits; /* how far off PyTorch's float32 logits are, relative */
  /* Outcome. */
  cst_oracle_fn visit;
  void *context;
  size_t lines, missed;
  double worst; /* error over tolerance */
  char worst_name[2 * CST_NAME_BYTES];
} cst_oracle;

/* "f64/step0/grad/": where the dump keeps a part of a step; steps count from 0. */
typedef char cst_group[CST_NAME_BYTES];
void cst_group_of(const char *half, size_t step, const char *part, cst_group out);

/* A quantity may be so many times as far from the float64 half as PyTorch's float32 half is. */
#define CST_ORACLE_YARDSTICK 3.0

/* One line of the outcome: an error and its tolerance in parts of `size`.  @p prefix is that in
 * the float64 half, which the line does not tell. */
void cst_oracle_report(cst_oracle *o, double error, double tolerance, double size,
                       const char *prefix, const char *name);
/* Each local clip's loss from its logits and, for the mean over all clips, its dlogits. */
void cst_oracle_losses(cst_oracle *o, double *loss);
/* Collective: a pass forward and back, and a line for each gradient.  @p reach: error of an
 * activation, relative, that the method of convolution in force may have. */
void cst_oracle_check_gradients(cst_oracle *o, const cst_model_batch *batch, double reach,
                                const char *prefix);

/* Local, with comm set: open the dump, make the model, read the clips.  Release in any case. */
cst_status cst_oracle_prepare(cst_oracle *o, const char *path, cst_conv_method convolution,
                              cst_products products, int threads);
void cst_oracle_release(cst_oracle *o);
/* Local: weights and statistics before step `step`, or after the last one. */
cst_status cst_oracle_read_weights(cst_oracle *o, size_t step);
/* Local: all that the dump says about a step: before and after. */
cst_status cst_oracle_read_step(cst_oracle *o, size_t step);

#endif
