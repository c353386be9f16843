/**
 * @file temperature.h
 * Temperature scaling: one scalar that brings confidence and accuracy together.
 *
 *   q_i = softmax(z_i / T),   T = argmin over T of  -1/n sum_i log q_i[y_i]
 *
 * (Guo et al., On calibration of modern neural networks, ICML 2017, section 4.2).  The order of the
 * classes stays, so no answer changes.
 */
#ifndef CST_TEMPERATURE_H
#define CST_TEMPERATURE_H

#include <stddef.h>

/** What came of the search; beyond CST_TEMPERATURE_MOST and its inverse is not looked. */
typedef enum {
  CST_TEMPERATURE_FOUND,
  CST_TEMPERATURE_NO_CLIPS,
  CST_TEMPERATURE_TOO_COLD, /**< the sharper the better: (nearly) all clips are right */
  CST_TEMPERATURE_TOO_HOT   /**< the flatter the better: answers are no better than chance */
} cst_temperature_end;
#define CST_TEMPERATURE_MOST 50.0

/** The temperature of logits @p z [n][K], up to a constant a row, finite, with true classes @p y [n]:
 *  the zero of the derivative, which is monotone in 1/T, by bisection.  *out is 1 unless it is
 *  found.  The same bits for the same input. */
cst_temperature_end cst_temperature_find(size_t n, size_t K, const double *z, const int *y,
                                         double *out);

#endif
