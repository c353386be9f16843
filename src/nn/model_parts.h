/*
 * The parts of a model, for the files model*.c.
 */
#ifndef CST_MODEL_PARTS_H
#define CST_MODEL_PARTS_H

#include "cassette/model.h"
#include "head.h"
#include "lifetimes.h"
#include "shortcut.h"
#include "stripes.h"
#include "unit.h"

enum {
  MAX_UNITS = 2 * CST_MAX_BLOCKS, /* two of each block */
  MAX_TENSORS = 2 + 5 * MAX_UNITS + CST_MAX_BLOCKS + 12 * CST_MAX_ENCODERS + 4 + 6,
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
  float *normalised; /* the first block's input */
  cst_unit_clip unit[MAX_UNITS];
  float *z[CST_MAX_BLOCKS]; /* output of each residual block */
  cst_head_clip head;
  float *dx[MAX_UNITS + 1]; /* gradient of each unit's input, and of the head's */
} clip_state;

typedef struct {
  float *image[3];   /* each holds the largest activation or input; the third for residual blocks */
  float *joined;     /* rows of cst_shortcut_join() */
  float *work;       /* of a convolution or the head: one at a time */
  float *lines;      /* of cst_unit_backward_lines() */
  float *gradient;   /* [params.floats] one clip's; tensor by tensor */
  double *sums;      /* [2][channels] */
  double *unit_work; /* doubles of cst_unit_backward_sums */
  clip_state clip;   /* inference: the small parts, no images */
} thread_state;

/* Statistics and prepared weights: one for training, one for inference, so that an inference
 * between forward and backward disturbs nothing. */
typedef struct {
  cst_batchnorm input;
  cst_unit_pass unit[MAX_UNITS];
} model_pass;

enum { MAX_IMAGES = 1 + 2 * MAX_UNITS + 1 + 2 * CST_MAX_BLOCKS };

struct cst_model {
  cst_model_spec spec;
  const cst_comm *comm;
  cst_layout params, stats;
  tensor_start start[MAX_TENSORS]; /* of each of params */
  size_t max_clips;
  int threads;

  size_t input_weight, input_bias, input_mean, input_var, input_batches; /* offsets */
  size_t units; /* block i has units 2 i and 2 i + 1 */
  cst_unit unit[MAX_UNITS];
  cst_shortcut shortcut[CST_MAX_BLOCKS]; /* of residual blocks */
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
  cst_lifetime image[MAX_IMAGES];
  size_t images, image_floats; /* how many; of one clip's together */
  char *arena;                 /* everything above that is an array of numbers */
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

/* model_layout.c: names, offsets, shapes and geometry from a specification that was checked. */
cst_status cst_model_describe(cst_model *self);
/* model_arena.c */
cst_status cst_model_allocate(cst_model *self);
size_t cst_model_channels(const cst_model *self); /* largest number a BatchNorm has */

/* model_images.c: where a clip's images are, and how many floats they take; and to put them there. */
size_t cst_model_plan_images(cst_model *self);
void cst_model_place_images(const cst_model *self, float *base, clip_state *clip);

/* model_input.c: the first block's input from the normalised log-mel [T][M], which @p room takes
 * where there is a stem, and back: d [T][M] of dx, in room if there is one. */
void cst_model_stem(const cst_model *self, const cst_batchnorm *bn, const float *params,
                    const float *features, float *room, float *x);
const float *cst_model_stem_back(const cst_model *self, const float *dx, float *room);

/* The image that a block reads, where there is one: the first, and all that are residual.  Others
 * read the output of the unit before. */
const float *cst_model_block_input(const cst_model *self, const clip_state *clip, size_t block);

#endif
