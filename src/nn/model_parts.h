/*
 * The parts of a model, for the files model*.c.
 */
#ifndef CST_MODEL_PARTS_H
#define CST_MODEL_PARTS_H

#include "cassette/model.h"
#include "head.h"
#include "stripes.h"
#include "unit.h"

#include <stdbool.h>

enum {
  UNITS = 4, /* two blocks of two */
  TENSORS = 2 + 5 * UNITS + 14 + 2,
  STRIPS = 4, /* of an image, at most, for threads that share a clip */
  TASKS = 64  /* at least so many strips has a step, if STRIPS are enough */
};

/* How a tensor starts: uniform in [-bound, bound), or the constant `fill` where bound is 0. */
typedef struct {
  double bound;
  float fill;
} tensor_start;

/* What a clip leaves behind in the forward pass, and its gradients on the way back. */
typedef struct {
  float *normalised; /* [T][M] */
  cst_unit_clip unit[UNITS];
  cst_head_clip head;
  float *dx[UNITS + 1]; /* gradient of each unit's input, and of the head's */
} clip_state;

typedef struct {
  float *a, *b;      /* each holds the largest activation or input */
  float *work;       /* of a convolution or the head: one at a time */
  float *lines;      /* of cst_unit_backward_lines() */
  float *gradient;   /* [params.floats] one clip's; tensor by tensor */
  double *sums;      /* [2][channels] */
  double *unit_work; /* doubles of cst_unit_backward_sums */
  clip_state clip;   /* inference: the small parts, no y */
} thread_state;

/* Statistics and prepared weights: one for training, one for inference, so that an inference
 * between forward and backward disturbs nothing. */
typedef struct {
  cst_batchnorm input;
  cst_unit_pass unit[UNITS];
} model_pass;

struct cst_model {
  cst_model_spec spec;
  const cst_comm *comm;
  cst_layout params, stats;
  tensor_start start[TENSORS]; /* of each of params */
  size_t max_clips;
  int threads;

  size_t input_weight, input_bias, input_mean, input_var, input_batches; /* offsets */
  cst_unit unit[UNITS];
  cst_head head;

  bool forward_by_definition;
  model_pass train, infer;
  clip_state *clips;     /* [max_clips] */
  thread_state *thread;  /* [threads] */
  double *strips;        /* [max_clips][strips of a unit][2][channels] */
  double *rows, *totals; /* [max_clips][2][channels], [2][channels] */
  double *var;           /* [channels] */
  cst_exact *exact;      /* room for [2][channels] */
  cst_stripes stripes;   /* of a step's gradient */
  char *arena;           /* everything above that is an array of numbers */
  size_t arena_bytes;
};

/* Verification: from now on the training forward convolves by definition, or by the chosen method
 * again; backward always uses the chosen method. */
void cst_model_forward_by_definition(cst_model *self, bool on);
/* Verification, between the forward of @p clips local clips without dropout and its backward: the
 * input of every rectifier moves by @p reach, in parts of the size that such inputs have there, so
 * that those within reach of zero open (reach > 0) or shut (< 0); with reach > 0 a maximum over
 * frames goes to another frame where one is within reach.  Nothing else changes by more than that.
 */
void cst_model_move_switches(cst_model *self, const float *params, size_t clips, double reach);
/* model_layout.c: names, offsets, shapes and geometry from the specification. */
cst_status cst_model_describe(cst_model *self);
/* model_arena.c */
cst_status cst_model_allocate(cst_model *self);
size_t cst_model_channels(const cst_model *self); /* largest number a BatchNorm has */

#endif
