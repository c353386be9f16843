/**
 * @file numerics.h
 * What this process makes of fixed numbers: digests that tell whether two processes, machines or
 * builds would compute the same bits.
 *
 * Names of CPUs and libraries do not tell: libsoxr has other code for other architectures,
 * and a compiler may fuse what it should not.  So the computations themselves are compared: the same
 * digests mean that a run may be spread over both processes, or moved from one to the other.
 */
#ifndef CST_ARITHMETIC_H
#define CST_ARITHMETIC_H

#include "cassette/digest.h"

typedef enum {
  CST_ARITHMETIC_FUNCTIONS,  /**< exp, log, ... (elementary.h) */
  CST_ARITHMETIC_PRODUCTS,   /**< matrix products of many shapes */
  CST_ARITHMETIC_NETWORK,    /**< a training step and a prediction of a small network */
  CST_ARITHMETIC_FEATURES,   /**< log-mel spectrogram of noise */
  CST_ARITHMETIC_RESAMPLING, /**< 48 to 44.1 kHz (libsoxr) */
  CST_ARITHMETIC_PARTS
} cst_numerics_part;

typedef struct {
  char part[CST_ARITHMETIC_PARTS][CST_DIGEST_HEX];
  char all[CST_DIGEST_HEX];
} cst_numerics;

/** "functions", "matrix products", ... */
const char *cst_numerics_part_name(cst_numerics_part part);
/** The machines on which a run has the bits it has here: all, where the parts are those that this
 *  version had on every processor and compiler it was tested on. */
const char *cst_numerics_machines(const cst_numerics *self);
/** Compute and digest; some milliseconds.  Follows CST_ISA as it stands.  Local. */
cst_status cst_numerics_measure(cst_numerics *out);

#endif
