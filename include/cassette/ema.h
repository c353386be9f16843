/**
 * @file ema.h
 * Exponential moving average of weights, with a decay that the steps bound, so that it forgets the
 * start of a short training as it does that of a long one: after n steps it weighs the last tenth
 * of them, more or less, until the decay asked for is reached (TensorFlow's
 * tf.train.ExponentialMovingAverage with num_updates).  The plain mean of all steps so far, with
 * which Mean Teacher begins (arXiv 1703.01780), is far behind the weights for as long as it takes.
 */
#ifndef CST_EMA_H
#define CST_EMA_H

#include <stddef.h>
#include <stdint.h>

/** average = a average + (1 - a) x with a = min(decay, (1 + step) / (10 + step)), in place; @p
 * step: updates of the average before this one.  Elementwise: any partition of [0, n) gives the
 * same bits. BatchNorm's running statistics are averaged by the same call. */
void cst_ema_step(double decay, uint64_t step, size_t n, const float *x, float *average);

#endif
