/**
 * @file params.h
 * Named tensors over one flat float buffer.
 *
 * A layout lists names, shapes and offsets; values, gradients, moments and averages are plain
 * buffers of `floats` numbers that share it.  The optimiser and the checkpoint see only this.
 */
#ifndef CST_PARAMS_H
#define CST_PARAMS_H

#include "cassette/status.h"

#include <stddef.h>

enum { CST_MAX_DIMS = 4, CST_NAME_BYTES = 64 };

/** What a tensor is to those who treat tensors differently; any of them together. */
enum {
  CST_ROLE_HEAD = 1,   /**< of the final layer: new where the classes are */
  CST_ROLE_NORM = 2,   /**< of a BatchNorm */
  CST_ROLE_DECAYS = 4, /**< a matrix or kernel: weight decay applies */
  CST_ROLE_AUX = 8     /**< of training alone: a finished model has none */
};

typedef struct {
  char name[CST_NAME_BYTES]; /**< PyTorch's state_dict name */
  size_t dims;               /**< 0 = scalar */
  size_t shape[CST_MAX_DIMS];
  unsigned roles; /**< CST_ROLE_... */
  size_t offset;  /**< of the first number in the flat buffer */
  size_t count;   /**< product of shape, 1 for a scalar */
} cst_param;

typedef struct {
  cst_param *list;
  size_t n, capacity;
  size_t floats; /**< length of a buffer with this layout */
} cst_layout;

/** Append a tensor; its offset is the current `floats`, rounded up to 16 numbers. */
cst_status cst_layout_add(cst_layout *self, const char *name, unsigned roles, size_t dims,
                          const size_t *shape);
/** Tensor of that name, NULL if there is none. */
const cst_param *cst_layout_find(const cst_layout *self, const char *name);
void cst_layout_reset(cst_layout *self); /**< releases the list */

#endif
