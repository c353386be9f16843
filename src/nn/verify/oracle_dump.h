/*
 * Reading a PyTorch dump (scripts/golden/setrans.py says what is in it).
 *
 * Every error is CST_ERR_DATA and names the file and the array.
 */
#ifndef CST_ORACLE_DUMP_H
#define CST_ORACLE_DUMP_H

#include "cassette/adam.h"
#include "cassette/model.h"
#include "cassette/store.h"

typedef struct {
  cst_store *store;
  const char *path;
  cst_model_spec spec; /**< found in the arrays' shapes and the attributes; dropout 0 */
  cst_adam adam;
  size_t clips, steps;
} cst_dump;

cst_status cst_dump_open(const char *path, cst_conv_method convolution, cst_products products,
                         cst_dump *out);
void cst_dump_close(cst_dump *self);

/** Tensors of @p layout, stored as @p prefix + name, into a flat buffer; padding untouched. */
cst_status cst_dump_floats(const cst_dump *self, const cst_layout *layout, const char *prefix,
                           float *flat);
cst_status cst_dump_doubles(const cst_dump *self, const cst_layout *layout, const char *prefix,
                            double *flat);
/** Rows [first, first + n) of array @p prefix + @p name, of @p width numbers each. */
cst_status cst_dump_rows(const cst_dump *self, const char *prefix, const char *name, size_t first,
                         size_t n, size_t width, double *out);
/** Features [n][T][M] and labels [n] of clips [first, first + n). */
cst_status cst_dump_clips(const cst_dump *self, size_t first, size_t n, float *features,
                          int64_t *labels);
/** What the network is told of them. */
cst_status cst_dump_told(const cst_dump *self, size_t first, size_t n, cst_told *told);
cst_status cst_dump_number(const cst_dump *self, const char *prefix, const char *name, double *out);

#endif
