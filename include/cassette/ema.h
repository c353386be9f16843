/**
 * @file ema.h
 * Exponential moving average of weights (Mean Teacher: Tarvainen and Valpola, arXiv 1703.01780).
 */
#ifndef CST_EMA_H
#define CST_EMA_H

#include <stddef.h>
#include <stdint.h>

/** average = a average + (1 - a) x with a = min(1 - 1 / (step + 1), decay), in place.  @p step
 * counts from 0, whose a is 0: the average starts as x, is the plain mean of all x so far while a <
 * decay, and forgets after that.  Elementwise: any partition of [0, n) gives the same bits.
 * BatchNorm's running statistics are averaged by the same call. */
void cst_ema_step(double decay, uint64_t step, size_t n, const float *x, float *average);

#endif
